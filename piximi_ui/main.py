"""What Streamlit runs for every page: sign-in, navigation, sidebar, then the page itself."""

if __name__ == "__main__":
    # A spawned worker runs the main script again, under another name: it must import nothing.
    import streamlit as st

    from piximi_ui.base import navigation
    from piximi_ui.base.context import saying
    from piximi_ui.server import access, turns
    from piximi_ui.shell import guide_bar, preferences, sidebar, streamlit_words, style

    st.set_page_config(page_title="Piximi Dashboard", page_icon="🔬", layout="wide")
    style.draw()
    streamlit_words.draw()
    access.require_sign_in()
    page = navigation.register()
    with turns.drawing_turn(), saying():
        sidebar.draw()
        preferences.draw()
        guide_bar.draw()
        page.run()
