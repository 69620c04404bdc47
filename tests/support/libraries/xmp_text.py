"""XMP as digiKam, Lightroom and Apple Photos write it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.support.libraries.pictures import Face

BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
END = '\n<?xpacket end="w"?>'

Box = tuple[float, float, float, float]


def digikam(
    faces: Sequence[Face], size: tuple[int, int], *, taken: str | None = None, turn: int = 1
) -> bytes:
    """A sidecar of digiKam's: keywords below People, Microsoft's regions and the MWG's.

    `size` is the stored picture's; `turn` its orientation: boxes are of the stored picture.
    """
    boxes = [(face.name, as_stored(face.box, turn)) for face in faces]
    date = f'\n   xmp:CreateDate="{taken}"\n   photoshop:DateCreated="{taken}"' if taken else ""
    microsoft = "".join(
        f"""
      <rdf:li
       MPReg:Rectangle="{x0:.6f}, {y0:.6f}, {x1 - x0:.6f}, {y1 - y0:.6f}"
       MPReg:PersonDisplayName="{name}"/>"""
        for name, (x0, y0, x1, y1) in boxes
    )
    text = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:digiKam="http://www.digikam.org/ns/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:MP="http://ns.microsoft.com/photo/1.2/"
    xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#"
    xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"
    xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
    xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
    xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
   xmp:CreatorTool="digiKam-8.1.0"{date}>
   <digiKam:TagsList>
    <rdf:Seq>{_list(f"People/{name}" for name, _ in boxes)}
    </rdf:Seq>
   </digiKam:TagsList>
   <MP:RegionInfo rdf:parseType="Resource">
    <MPRI:Regions>
     <rdf:Bag>{microsoft}
     </rdf:Bag>
    </MPRI:Regions>
   </MP:RegionInfo>
{_mwg(boxes, size)}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
    return (BEGIN + text + END).encode()


def lightroom(faces: Sequence[Face], size: tuple[int, int], *, taken: str) -> bytes:
    """What Lightroom Classic writes into a JPEG: the MWG's regions and a hierarchy of keywords."""
    boxes = [(face.name, face.box) for face in faces]
    text = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
    xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
    xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
    xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
   xmp:CreatorTool="Adobe Photoshop Lightroom Classic 13.0 (Macintosh)"
   xmp:ModifyDate="2024-02-10T18:01:02+01:00"
   xmp:MetadataDate="2024-02-10T18:01:02+01:00"
   photoshop:DateCreated="{taken}"
   crs:Version="16.0"
   crs:HasSettings="False">
   <dc:subject>
    <rdf:Bag>{_list(name for name, _ in boxes)}
    </rdf:Bag>
   </dc:subject>
   <lr:hierarchicalSubject>
    <rdf:Bag>{_list(f"People|{name}" for name, _ in boxes)}
    </rdf:Bag>
   </lr:hierarchicalSubject>
{_mwg(boxes, size)}
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
    return (BEGIN + text + END).encode()


def adobe_sidecar(*, taken: str, suffix: str) -> bytes:
    """A sidecar of Lightroom's or Camera Raw's, for the RAW photo with that suffix."""
    text = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 7.0-c000 1.000000">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
    xmlns:exif="http://ns.adobe.com/exif/1.0/"
   xmp:CreatorTool="Adobe Photoshop Lightroom Classic 13.0 (Macintosh)"
   photoshop:SidecarForExtension="{suffix}"
   photoshop:DateCreated="{taken}"
   exif:DateTimeOriginal="{taken}"/>
 </rdf:RDF>
</x:xmpmeta>"""
    return text.encode()


def apple(*, taken: str, title: str) -> bytes:
    """What Apple Photos exports beside a photo ("Export IPTC as XMP")."""
    text = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">
   <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about=""
            xmlns:dc="http://purl.org/dc/elements/1.1/"
            xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">
         <dc:title>
            <rdf:Alt>
               <rdf:li xml:lang="x-default">{title}</rdf:li>
            </rdf:Alt>
         </dc:title>
         <photoshop:DateCreated>{taken}</photoshop:DateCreated>
      </rdf:Description>
   </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
    return text.encode()


def as_stored(box: Box, orientation: int) -> Box:
    """A box of the upright picture in the one that is stored, where that lies on its side."""
    x0, y0, x1, y1 = box
    if orientation == 6:  # stored with its top to the left
        return y0, 1 - x1, y1, 1 - x0
    if orientation == 8:
        return 1 - y1, x0, 1 - y0, x1
    if orientation == 3:
        return 1 - x1, 1 - y1, 1 - x0, 1 - y0
    return box


def _mwg(boxes: Iterable[tuple[str, Box]], size: tuple[int, int]) -> str:
    entries = "".join(
        f"""
      <rdf:li>
       <rdf:Description
        mwg-rs:Name="{name}"
        mwg-rs:Type="Face">
       <mwg-rs:Area
        stArea:x="{(x0 + x1) / 2:.6f}"
        stArea:y="{(y0 + y1) / 2:.6f}"
        stArea:w="{x1 - x0:.6f}"
        stArea:h="{y1 - y0:.6f}"
        stArea:unit="normalized"/>
       </rdf:Description>
      </rdf:li>"""
        for name, (x0, y0, x1, y1) in boxes
    )
    return f"""   <mwg-rs:Regions rdf:parseType="Resource">
    <mwg-rs:AppliedToDimensions stDim:w="{size[0]}" stDim:h="{size[1]}" stDim:unit="pixel"/>
    <mwg-rs:RegionList>
     <rdf:Bag>{entries}
     </rdf:Bag>
    </mwg-rs:RegionList>
   </mwg-rs:Regions>"""


def _list(texts: Iterable[str]) -> str:
    return "".join(f"\n     <rdf:li>{text}</rdf:li>" for text in texts)
