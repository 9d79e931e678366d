"""Figures: functions from data to a Plotly figure, without Streamlit."""
