"""Figures: functions from data to Plotly figures, without Streamlit."""
