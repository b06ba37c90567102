"""The peer of our pages: an empty Streamlit page with one button."""

import streamlit as st

presses = st.session_state.get("presses", 0)
if st.button("Press"):
    presses = st.session_state["presses"] = presses + 1
st.write(f"Pressed {presses} times")
