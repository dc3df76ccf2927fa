"""Data sets that are downloaded where somebody asks for them (`kernelscope download`, or the page).

The `originals` say what there is to download. Each is a `Downloadable` in the catalogue, with or without its images.
Who asks for it (`download`) gets it from another program's folder on this computer (`places`) or from a mirror
(`fetching`), and its arrays are taken out (`unpacking`).
"""
