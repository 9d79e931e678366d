"""Which data sets do I have?"""

from dashboard.widgets.common import page_frame

page_frame.heading("Data sets", "Which data sets do I have?")
