"""What leans on the server: access, routes, assets, pictures, uploads, Streamlit mended."""
