"""Opens files of strangers in a process of its own, which may use so much memory and time and knows nothing else.

Run as a program by ``core.documents.pictures``: ``python -I child.py COMMAND {"source": …}``. It answers one line of
JSON on standard output: what it found, or ``{"refused": why}``. It imports nothing of ours.
"""

import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageOps

MEMORY_BYTES = 2 << 30
CPU_S = 60
WRITTEN_BYTES = 256 << 20
MOST_PIXELS = 120_000_000
"""A photo of 108 megapixels passes: 330 MB when decoded. A bomb of a few kB claims thousands of millions."""
PREVIEW_PIXELS = 1000
_FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}
_PREVIEW_QUALITY = 80
_COPY_QUALITY = 92
_PAGE = re.compile(r"^Pages:\s+(\d+)", re.MULTILINE)


class Refused(Exception):
    """The file cannot be opened; the word says why."""


def limit() -> None:
    """Hold this process, and every program it starts, to its share."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


@contextmanager
def opened(source: str, kind: str) -> Iterator[Image.Image]:
    """A picture of this kind and no other, upright, in a mode that every format of ours can hold."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(source, formats=[_FORMATS[kind]]) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused("too_many_pixels")
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused("too_many_pixels") from None
    except MemoryError:
        raise Refused("too_heavy") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError):
        raise Refused("damaged") from None


def upright(image: Image.Image) -> Image.Image:
    """The picture as its camera meant it to be seen, in plain colours."""
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("RGB", "RGBA", "L"):
        return turned
    return turned.convert("RGBA" if "A" in turned.mode or "transparency" in turned.info else "RGB")


def inspect(source: str, kind: str) -> dict[str, Any]:
    """How large a picture is, every point of it decoded; how many pages a PDF has."""
    if kind == "pdf":
        return {"pages": count_pages(source)}
    with opened(source, kind) as image:
        image.load()
        return {"width": image.width, "height": image.height}


def count_pages(source: str) -> int | None:
    """The pages of a PDF; None where poppler is not installed."""
    if shutil.which("pdfinfo") is None:
        return None
    done = run("pdfinfo", source)
    if "Incorrect password" in done.stderr:
        raise Refused("encrypted")
    found = _PAGE.search(done.stdout)
    if done.returncode != 0 or found is None or int(found[1]) < 1:
        raise Refused("damaged")
    return int(found[1])


def preview(source: str, kind: str, target: str) -> dict[str, Any]:
    """A small picture (WebP) of a picture, or of a PDF's first page."""
    if kind == "pdf":
        with tempfile.TemporaryDirectory() as folder:
            page = draw_pages(source, 1, 1, ("-scale-to", str(PREVIEW_PIXELS)), folder)[0]
            return preview(str(page), "png", target)
    with opened(source, kind) as image:
        # A JPEG is decoded at the size that is needed.
        image.draft("RGB", (PREVIEW_PIXELS, PREVIEW_PIXELS))
        small = upright(image)
        small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
        bare(small).save(target, "WEBP", quality=_PREVIEW_QUALITY)
        return {"width": small.width, "height": small.height}


def clean(source: str, kind: str, target: str) -> dict[str, Any]:
    """The same picture without what its camera says of it: where, when and by which device, a thumbnail."""
    with opened(source, kind) as image:
        save_bare(upright(image), kind, target)
        return {}


def bare(image: Image.Image) -> Image.Image:
    """The points alone, with the colour profile they need to look right."""
    profile = image.info.get("icc_profile")
    image.info = {"icc_profile": profile} if profile else {}
    return image


def save_bare(image: Image.Image, kind: str, target: str) -> None:
    """Write the points in the format of a kind."""
    if kind == "jpeg" and image.mode != "L":
        image = image.convert("RGB")
    more: dict[str, Any] = {} if kind == "png" else {"quality": _COPY_QUALITY}
    bare(image).save(target, _FORMATS[kind], **more)


def pages(source: str, kind: str, target: str, dpi: int, first: int, last: int) -> dict[str, Any]:
    """Pages of a PDF (or the one picture) as files in a folder, to be drawn upon."""
    if kind != "pdf":
        with opened(source, kind) as image:
            bare(upright(image)).save(Path(target) / "page-1.png", "PNG")
        return {"files": ["page-1.png"]}
    made = draw_pages(source, first, last, ("-r", str(dpi)), target)
    return {"files": [each.name for each in made]}


def redact(
    source: str, kind: str, target: str, dpi: int, boxes: list[tuple[int, float, float, float, float]]
) -> dict[str, Any]:
    """A copy made of pictures alone, on which boxes (page, left, top, width, height: shares of the page) are black.

    Nothing of what lies beneath is left: neither words nor layers nor attachments of the file go into the copy.
    """
    if kind != "pdf":
        with opened(source, kind) as image:
            save_bare(blacken(upright(image), [box[1:] for box in boxes]), kind, target)
        return {}
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw_pages(source, None, None, ("-r", str(dpi), "-jpeg", "-jpegopt", "quality=85"), folder)
        for number, path in enumerate(drawn, 1):
            on_page = [box[1:] for box in boxes if box[0] == number]
            if on_page:
                with Image.open(path) as page:
                    blacken(page.convert("RGB"), on_page).save(path, "JPEG", quality=85)
        first, *rest = (Image.open(path) for path in drawn)
        first.save(target, "PDF", save_all=True, append_images=rest, resolution=dpi)
        return {"pages": len(drawn)}


def blacken(image: Image.Image, boxes: Iterable[Sequence[float]]) -> Image.Image:
    """Black boxes, told in shares of the picture; at the edges rather a point too much than one too few."""
    pen = ImageDraw.Draw(image)
    for left, top, width, height in boxes:
        corner = (left * image.width - 1, top * image.height - 1)
        other = ((left + width) * image.width + 1, (top + height) * image.height + 1)
        pen.rectangle((corner, other), fill="black")
    return image


def draw_pages(
    source: str, first: int | None, last: int | None, how: tuple[str, ...], folder: str
) -> list[Path]:
    """Pages of a PDF as pictures in a folder, in their order."""
    if shutil.which("pdftoppm") is None:
        raise Refused("no_renderer")
    which = [] if first is None or last is None else ["-f", str(first), "-l", str(last)]
    kind = [] if "-jpeg" in how else ["-png"]
    done = run("pdftoppm", *kind, *how, *which, source, str(Path(folder) / "page"))
    found = sorted(Path(folder).glob("page-*"), key=lambda path: int(path.stem.rpartition("-")[2]))
    if done.returncode != 0 or not found:
        raise Refused("encrypted" if "Incorrect password" in done.stderr else "damaged")
    return found


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A program under this process's own limits."""
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)


COMMANDS: dict[str, Callable[..., dict[str, Any]]] = {
    "inspect": inspect,
    "preview": preview,
    "clean": clean,
    "pages": pages,
    "redact": redact,
}


def main() -> None:
    """Do one command and say what came of it."""
    limit()
    try:
        answer = COMMANDS[sys.argv[1]](**json.loads(sys.argv[2]))
    except Refused as why:
        answer = {"refused": str(why)}
    except MemoryError:
        answer = {"refused": "too_heavy"}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
