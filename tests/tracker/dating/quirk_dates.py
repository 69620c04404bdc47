"""When the photos of `photos/quirks` were taken: written by hand, from their tags as they stand.

Each file's tags were printed with other tools and read by eye. `day` is EDTF, `time` the local
time ("" for none), `zone` the offset ("" where none is told). `why` is what the eye saw, where it
is not simply EXIF's DateTimeOriginal.
"""

from __future__ import annotations

from typing import NamedTuple


class Expected(NamedTuple):
    """A file's date as the eye reads it."""

    path: str
    day: str
    source: str
    time: str = ""
    zone: str = ""
    why: str = ""


E = Expected
JPG, HEIC, TIFF = "formats/jpg", "formats/heic", "formats/tiff"

DATED = (
    # --- phones
    E(f"{HEIC}/IMG_5195.HEIC", "2021-04-11", "exif", "15:47:53.054", "-05:00"),
    E(f"{HEIC}/mobile/iphone_13_pro_max.HEIC", "2022-02-16", "exif", "12:55:41.762", "+01:00"),
    E(
        f"{HEIC}/mobile/HMD_Nokia_8.3_5G.heif",
        "2022-02-03",
        "gps",
        "14:44:09",
        "+00:00",
        "no DateTimeOriginal; GPS 2022:02:03 14:44:09 UTC at 4° west; DateTime 14:44:07",
    ),
    E(
        f"{HEIC}/mobile/HMD_Nokia_8.3_5G_hdr.heif",
        "2022-01-12",
        "gps",
        "07:30:14",
        "+00:00",
        "no DateTimeOriginal; GPS 2022:01:12 07:30:14 UTC at 4° west",
    ),
    E(f"{JPG}/mobile/HMD_Nokia_8.3_5G.jpg", "2022-08-14", "exif", "14:12:31", "+03:00"),
    E(
        f"{JPG}/mobile/jolla.jpg",
        "2014-09-21",
        "exif",
        "16:00:56",
        "+02:00",
        "the zone is in XMP only",
    ),
    E(
        f"{JPG}/hdr/iphone_hdr_NO.jpg",
        "2015-04-10",
        "exif",
        "20:12:23.016",
        "+02:00",
        "no zone, but GPS 18:12:22 UTC",
    ),
    E(
        f"{JPG}/hdr/iphone_hdr_YES.jpg",
        "2015-04-10",
        "exif",
        "20:12:23.550",
        "+02:00",
        "no zone, but GPS 18:12:23 UTC",
    ),
    # --- cameras; most were saved again on 31 July 2008, which is no date of the photo
    E(f"{JPG}/Canon_40D.jpg", "2008-05-30", "exif", "15:56:01"),
    E(
        f"{JPG}/Canon_DIGITAL_IXUS_400.jpg",
        "2004-08-27",
        "exif",
        "13:52:55",
        "+02:00",
        "XMP's zone",
    ),
    E(f"{JPG}/Canon_PowerShot_S40.jpg", "2003-12-14", "exif", "12:01:44"),
    E(f"{JPG}/Fujifilm_FinePix6900ZOOM.jpg", "2001-02-19", "exif", "06:40:05"),
    E(f"{JPG}/Fujifilm_FinePix_E500.jpg", "2006-08-17", "exif", "09:24:48"),
    E(f"{JPG}/Kodak_CX7530.jpg", "2005-08-13", "exif", "09:47:23"),
    E(f"{JPG}/Konica_Minolta_DiMAGE_Z3.jpg", "2005-03-10", "exif", "15:10:48"),
    E(f"{JPG}/Nikon_COOLPIX_P1.jpg", "2008-03-07", "exif", "09:55:46"),
    E(f"{JPG}/Nikon_D70.jpg", "2008-03-15", "exif", "09:52:01", "-04:00", "XMP's zone"),
    E(f"{JPG}/Olympus_C8080WZ.jpg", "2006-10-22", "exif", "15:44:29"),
    E(f"{JPG}/Panasonic_DMC-FZ30.jpg", "2008-07-16", "exif", "11:33:20"),
    E(f"{JPG}/Pentax_K10D.jpg", "2008-05-04", "exif", "16:47:24", "+09:00", "XMP's zone"),
    E(f"{JPG}/Ricoh_Caplio_RR330.jpg", "2004-08-31", "exif", "19:52:58"),
    E(f"{JPG}/Samsung_Digimax_i50_MP3.jpg", "2006-08-15", "exif", "17:50:57"),
    E(f"{JPG}/Sony_HDR-HC3.jpg", "2007-06-15", "exif", "04:42:32"),
    E(f"{JPG}/corrupted.jpg", "2015-09-08", "exif", "11:02:17"),
    E(f"{JPG}/hdr/canon_hdr_NO.jpg", "2015-02-09", "exif", "22:47:44"),
    E(f"{JPG}/hdr/canon_hdr_YES.jpg", "2015-02-09", "exif", "22:48:10"),
    E(f"{JPG}/exif-org/canon-ixus.jpg", "2001-06-09", "exif", "15:17:32"),
    E(f"{JPG}/exif-org/fujifilm-dx10.jpg", "2001-04-12", "exif", "20:33:14"),
    E(f"{JPG}/exif-org/fujifilm-finepix40i.jpg", "2000-08-04", "exif", "18:22:57"),
    E(f"{JPG}/exif-org/fujifilm-mx1700.jpg", "2000-09-02", "exif", "14:30:10"),
    E(f"{JPG}/exif-org/kodak-dc210.jpg", "2000-10-26", "exif", "16:46:51"),
    E(f"{JPG}/exif-org/kodak-dc240.jpg", "1999-05-25", "exif", "21:00:09"),
    E(f"{JPG}/exif-org/nikon-e950.jpg", "2001-04-06", "exif", "11:51:40"),
    E(f"{JPG}/exif-org/olympus-c960.jpg", "2000-11-07", "exif", "10:41:43"),
    E(f"{JPG}/exif-org/ricoh-rdc5300.jpg", "2000-05-31", "exif", "21:50:40"),
    E(
        f"{JPG}/exif-org/sanyo-vpcg250.jpg",
        "1998-01-01",
        "exif",
        "00:00:00",
        why="midnight of a New Year's Day: kept, and offered for a look",
    ),
    E(f"{JPG}/exif-org/sanyo-vpcsx550.jpg", "2000-11-18", "exif", "21:14:19"),
    E(f"{JPG}/exif-org/sony-cybershot.jpg", "2000-09-30", "exif", "10:59:45"),
    E(f"{JPG}/exif-org/sony-d700.jpg", "1998-12-01", "exif", "14:22:36"),
    E(f"{JPG}/tests/11-tests.jpg", "2007-09-03", "exif", "16:03:45"),
    E(f"{JPG}/tests/22-canon_tags.jpg", "2007-11-29", "exif", "16:16:21"),
    E(f"{JPG}/tests/28-hex_value.jpg", "2008-08-21", "exif", "14:53:03"),
    E(f"{JPG}/tests/32-lens_data.jpeg", "2012-07-14", "exif", "16:30:12.680"),
    E(
        f"{JPG}/tests/33-type_error.jpg",
        "2008-05-25",
        "exif",
        "19:31:26",
        why="XMP's zone is +1:00, which is none",
    ),
    E(f"{JPG}/tests/35-empty.jpg", "2005-07-19", "exif", "18:25:29"),
    E(f"{JPG}/tests/36-memory_error.jpg", "2002-04-21", "exif", "00:30:33"),
    E(f"{JPG}/tests/42_IndexError.jpg", "2014-08-23", "exif", "13:05:43"),
    E(f"{JPG}/tests/45-gps_ifd.jpg", "2012-06-23", "exif", "06:55:49"),
    E(f"{JPG}/tests/87_OSError.jpg", "2005-12-14", "exif", "14:39:47"),
    # --- the satellites' date is a day after the camera's: the camera's counts, the other is told
    E(f"{JPG}/gps/DSCN0010.jpg", "2008-10-22", "exif", "16:28:39"),
    E(f"{JPG}/gps/DSCN0012.jpg", "2008-10-22", "exif", "16:29:49"),
    E(f"{JPG}/gps/DSCN0021.jpg", "2008-10-22", "exif", "16:38:20"),
    E(f"{JPG}/gps/DSCN0025.jpg", "2008-10-22", "exif", "16:43:21"),
    E(f"{JPG}/gps/DSCN0027.jpg", "2008-10-22", "exif", "16:44:01"),
    E(f"{JPG}/gps/DSCN0029.jpg", "2008-10-22", "exif", "16:46:53"),
    E(f"{JPG}/gps/DSCN0038.jpg", "2008-10-22", "exif", "16:52:15"),
    E(f"{JPG}/gps/DSCN0040.jpg", "2008-10-22", "exif", "16:55:37"),
    E(f"{JPG}/gps/DSCN0042.jpg", "2008-10-22", "exif", "17:00:07"),
    # --- XMP inside the file
    E(
        f"{JPG}/long_description.jpg",
        "2003-08-31",
        "xmp",
        why="photoshop:DateCreated 2003-08-31; xmp:CreateDate is of the file",
    ),
    E(f"{JPG}/xmp/BlueSquare.jpg", "2005-09-07", "xmp", "15:07:40", "-07:00"),
    E(f"{JPG}/xmp/no_exif.jpg", "2013-09-23", "xmp", "10:09:46", "+02:00"),
    E(f"{JPG}/invalid/image00971.jpg", "2010-04-13", "xmp", "09:37:22", "+02:00"),
    E(f"{JPG}/invalid/image01088.jpg", "2010-04-13", "xmp", "09:37:22", "+02:00"),
    E(f"{JPG}/invalid/image01137.jpg", "2009-09-14", "xmp", "11:08:06", "+02:00"),
    E(f"{JPG}/invalid/image01713.jpg", "2010-03-04", "xmp", "11:59:38", "+01:00"),
    E(
        f"{JPG}/invalid/image01551.jpg",
        "2011-09-23/2011-09-24",
        "xmp",
        "12:43:03",
        "+00:00",
        "12:43:03Z: from 01:43 that day in Samoa to 01:43 the next in New Zealand",
    ),
    E(f"{JPG}/invalid/image01980.jpg", "2011-09-23/2011-09-24", "xmp", "11:42:46", "+00:00"),
    E(
        f"{JPG}/invalid/image02206.jpg",
        "2009-08-03/2009-08-04",
        "xmp",
        "10:35:03",
        "+00:00",
        "10:35:03Z: 23:35 the day before in Samoa",
    ),
    E(
        f"{JPG}/tests/30-type_error.jpg",
        "2013-07-04/2013-07-05",
        "xmp",
        "03:18:27",
        "+00:00",
        "EXIF's pointer to its own directory is of a wrong type; XMP says 03:18:27Z",
    ),
    # --- only the last save is known
    E(f"{JPG}/Canon_40D_photoshop_import.jpg", "2008-07-31", "modified", "10:05:49"),
    E(
        f"{JPG}/WWL_(Polaroid)_ION230.jpg",
        "2008-07-31",
        "modified",
        "17:32:06",
        why="DateTimeOriginal 2026:11:24 lies in the future of the test's day",
    ),
    E(f"{JPG}/tests/67-0_length_string.jpg", "2016-09-12", "modified", "10:05:31"),
    E(f"{TIFF}/Crémieux11.tiff", "2012-01-09", "modified", "22:52:11"),
    E(f"{TIFF}/DudleyLeavittUtah.tiff", "2009-09-26", "modified", "01:11:52"),
)

UNDATED = (
    f"{HEIC}/samplefilehub.heif",
    f"{JPG}/PaintTool_sample.jpg",
    f"{JPG}/Reconyx_HC500_Hyperfire.jpg",
    f"{JPG}/exif-org/olympus-d320l.jpg",
    f"{JPG}/exif-org/sony-powershota5.jpg",
    f"{TIFF}/Arbitro.tiff",
    f"{TIFF}/BSG1.tiff",
    f"{TIFF}/Jobagent.tiff",
    f"{TIFF}/Picoawards.tiff",
    f"{TIFF}/Rudless.tiff",
    f"{TIFF}/Tless0.tiff",
    *(
        f"{JPG}/orientation/{shape}_{n}.jpg"
        for shape in ("landscape", "portrait")
        for n in range(1, 9)
    ),
    *(f"orientation/{shape}_{n}.jpg" for shape in ("Landscape", "Portrait") for n in range(9)),
)
"""No tag, name or folder of these tells of a date: only their own time on the disk does."""
