"""Bars of server CPU time per message: a panel for each echo, a bar for each contender."""

from xml.sax.saxutils import escape

WIDTH = 900
LABELS = 270
VALUES = 70
BAR = 16
GAP = 5
TITLE = 34

OWN = "#1a7f5a"
OTHERS = "#8aa0b4"
LIMIT = "#c9b27c"


def color(contender):
    if contender.is_ours:
        return OWN
    return LIMIT if contender.name.startswith("c-loop") else OTHERS


def panel(figures, work, top):
    bars = [(contender, figures.median(contender.name, work.name, "cpu")) for contender in figures.contenders([work])]
    bars = [(contender, value) for contender, value in bars if value is not None]
    scale = (WIDTH - LABELS - VALUES) / max(value for _, value in bars)
    lines = [f'<text x="0" y="{top + 20}" class="title">{escape(work.title)}</text>']
    y = top + TITLE
    for contender, value in bars:
        lines.append(f'<text x="{LABELS - 8}" y="{y + BAR - 4}" class="label">{escape(contender.title)}</text>')
        lines.append(f'<rect x="{LABELS}" y="{y}" width="{value * scale:.1f}" height="{BAR}" fill="{color(contender)}"/>')
        lines.append(f'<text x="{LABELS + value * scale + 6:.1f}" y="{y + BAR - 4}">{value:.1f}</text>')
        y += BAR + GAP
    return lines, y + 10


def chart(figures):
    lines = ['<text x="0" y="18" class="title">Server CPU time per message, in µs: less is better</text>']
    y = 30
    for work in figures.works(("echo",)):
        more, y = panel(figures, work, y)
        lines += more
    style = ("text { font: 12px sans-serif; fill: #24292f } .title { font-weight: bold; font-size: 14px } "
             ".label { text-anchor: end }")
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 0 {WIDTH + 24} {y}" width="{WIDTH + 24}" height="{y}">\n'
            f'<style>{style}</style>\n<rect x="-12" width="{WIDTH + 24}" height="{y}" fill="#ffffff"/>\n')
    return head + "\n".join(lines) + "\n</svg>\n"
