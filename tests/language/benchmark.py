"""Time to read messages of growing length: `python -m tests.language.benchmark`. Growth must be linear."""

from __future__ import annotations

import time
from statistics import median

from bot.language import read, update

TYPICAL = "ASyS-ILD on MMF 1 g bd + pred 7.5, FVC 72 to 65 in 8 months, more breathless, CT more reticulation"
PARAGRAPH = (
    "She was started on mycophenolate in 2022 and takes prednisolone 7.5 mg. Azathioprine was stopped because of "
    "hepatitis. Her vital capacity fell from 78 to 71 % over ten months, the CT shows more reticulation. She has no "
    "fever and no weight loss, and her husband reports that she sleeps well. We will see her again in three months. "
)
LENGTHS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)


def milliseconds(text: str, repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        update({}, read(text))
        times.append(time.perf_counter() - start)
    return median(times) * 1000


def main() -> None:
    milliseconds(TYPICAL, 20)
    print(f"typical message of {len(TYPICAL.split()):6} words: {milliseconds(TYPICAL, 200):8.2f} ms")
    words = PARAGRAPH.split()
    for length in LENGTHS:
        text = " ".join((words * (length // len(words) + 1))[:length])
        taken = milliseconds(text, 3)
        print(f"letter of {length:6} words: {taken:8.1f} ms, {1000 * taken / length:6.1f} microseconds a word")


if __name__ == "__main__":
    main()
