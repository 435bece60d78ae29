def tables(run):
    return ""
