class LinearSegmentedColormap:
    @staticmethod
    def from_list(name, colours):
        assert all(len(one) == 7 and one[0] == "#" for one in colours)
        return ("colormap", name, len(colours))
