"""Records what is drawn, and writes it as JSON where the figure is saved."""
import json
import math

calls = []


def plain(value):
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    return type(value).__name__


def same_length(*lists):
    assert len({len(one) for one in lists}) == 1, "x and y differ in length"


KNOWN = {
    "plot": {"color", "linestyle", "linewidth", "marker", "markersize", "markerfacecolor", "markevery", "alpha", "label"},
    "fill_between": {"color", "alpha", "linewidth"},
    "errorbar": {"yerr", "fmt", "ecolor", "elinewidth", "capsize"},
    "fill": {"color", "alpha", "linewidth", "label"},
    "axhline": {"color", "linestyle", "linewidth"},
    "axhspan": {"color", "zorder"},
    "annotate": {"xytext", "textcoords", "xycoords", "ha", "va", "fontsize", "color"},
    "set_title": {"loc", "fontsize", "fontweight"},
    "set_xscale": {"base"},
    "set_yscale": {"base"},
    "set_xlim": set(),
    "set_ylim": set(),
    "set_xlabel": set(),
    "set_ylabel": set(),
    "set_xticks": set(),
    "set_yticks": set(),
    "set_xticklabels": {"rotation", "ha", "fontsize"},
    "set_yticklabels": {"fontsize"},
    "grid": {"color", "linewidth"},
    "minorticks_off": set(),
    "legend": {"fontsize", "frameon", "loc", "bbox_to_anchor", "borderaxespad", "ncol"},
    "set_aspect": set(),
    "set_axis_off": set(),
    "imshow": {"cmap", "vmin", "vmax"},
}


class Axes:
    limits = {"x": (0, 1), "y": (0, 1)}

    def __getattr__(self, name):
        known = KNOWN[name]

        def call(*given, **named):
            unknown = set(named) - known
            assert not unknown, f"{name} does not take {unknown}"
            if name in ("plot", "fill_between", "fill"):
                same_length(*given)
            if name in ("set_xlim", "set_ylim"):
                assert given[0] < given[1], "an empty axis"
                self.limits = {**self.limits, name[4]: given}
            calls.append([name, plain(given), {key: plain(value) for key, value in named.items()}])

        return call

    def get_xlim(self):
        return self.limits["x"]

    def get_ylim(self):
        return self.limits["y"]


class Figure:
    def suptitle(self, text, fontsize, fontweight):
        calls.append(["suptitle", [text], {}])

    def colorbar(self, image, ax, label, shrink):
        calls.append(["colorbar", [label], {}])

    def savefig(self, out, dpi, bbox_inches, metadata):
        with open(out, "w") as file:
            json.dump(calls, file, allow_nan=False)


def subplots(rows=1, columns=1, figsize=None, constrained_layout=False, squeeze=True):
    if squeeze:
        return Figure(), Axes()
    return Figure(), [[Axes() for _ in range(columns)] for _ in range(rows)]
