"""What does a run get wrong? A gallery of any of its images, mistakes first."""

from dashboard.widgets.common import page_frame, run_picker, tested_on
from dashboard.widgets.mistakes import gallery_view, suspicious_labels, views

page_frame.heading("Mistakes", "What does it get wrong, and how confident was it?")

run = run_picker.pick_run()
if views.pick() == views.SUSPICIOUS:
    suspicious_labels.show(run)
else:
    gallery_view.show(run, tested_on.pick(run))
