/** Ids of the elements in which the charts take the place of their pictures. */
export const studyPlace = "study-chart";
export const layersPlace = "layer-chart";
/** Of the element with the packed data. */
export const dataPlace = "study-data";
/** Of the line that says that they could not be unpacked. */
export const unreadPlace = "unread";
