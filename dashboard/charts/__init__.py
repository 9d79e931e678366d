"""Figures: functions from data to what Plotly or ECharts draw, without Streamlit."""
