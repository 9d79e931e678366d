"""Everything that is not a screen: data, training, runs, evaluation, prediction.

It knows neither Streamlit nor Plotly and can be used from a terminal
(`python -m core`) or a notebook.
"""
