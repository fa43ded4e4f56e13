"""The figures of the lessons: pure functions from values to a Matplotlib figure, and the style they share.

Each figure's label holds its alternative text: what a reader who cannot see it should know.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart. The same thing has the same colour
in every lesson and deck.
"""

from ..figures import show as show
from .accuracy import draw_accuracy_by_gap as draw_accuracy_by_gap
from .beam import draw_beam as draw_beam
from .character_steps import draw_character_steps as draw_character_steps
from .characters import draw_against_temperature as draw_against_temperature
from .characters import draw_by_minute as draw_by_minute
from .characters import draw_recovery as draw_recovery
from .characters import draw_reshaped as draw_reshaped
from .characters import draw_right_letter as draw_right_letter
from .gates import GATE_COLOURS as GATE_COLOURS
from .gates import STEP_PARTS as STEP_PARTS
from .gates import draw_gate_strips as draw_gate_strips
from .gates import draw_lstm_step as draw_lstm_step
from .images import draw_accuracy_by_order as draw_accuracy_by_order
from .images import draw_accuracy_by_row as draw_accuracy_by_row
from .images import draw_image_as_sequence as draw_image_as_sequence
from .images import draw_reading as draw_reading
from .images import draw_views as draw_views
from .language import draw_ladder as draw_ladder
from .language import draw_losses as draw_losses
from .language import draw_next_symbol as draw_next_symbol
from .language import draw_surprise as draw_surprise
from .language import draw_times as draw_times
from .layer import draw_layer as draw_layer
from .microscope import draw_microscope as draw_microscope
from .paths import draw_paths as draw_paths
from .recurrent import draw_gradient_norms as draw_gradient_norms
from .recurrent import draw_runs as draw_runs
from .recurrent import draw_unrolled as draw_unrolled
from .reviews import draw_few_labels as draw_few_labels
from .reviews import draw_lengths as draw_lengths
from .reviews import draw_review as draw_review
from .series import draw_error_by_step as draw_error_by_step
from .series import draw_forecasts as draw_forecasts
from .series import draw_load as draw_load
from .series import draw_windows as draw_windows
from .style import COLOURS as COLOURS
from .style import shown as shown
from .style import use_style as use_style
from .tokens import draw_tokens as draw_tokens
from .tokens import draw_word_map as draw_word_map
from .translation import draw_alignment as draw_alignment
from .translation import draw_by_length as draw_by_length
from .translation_steps import draw_attention_step as draw_attention_step
from .translation_steps import draw_encoder_decoder as draw_encoder_decoder
