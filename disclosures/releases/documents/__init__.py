"""What is on the paper that leaves, one module per part."""

from .package import (
    DATA_FILE as DATA_FILE,
)
from .package import (
    blocks_of as blocks_of,
)
from .package import (
    chart_package as chart_package,
)
from .package import (
    cover_sheet as cover_sheet,
)
from .package import (
    plain_blocks_of as plain_blocks_of,
)
