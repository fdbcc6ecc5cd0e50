BEGIN TRANSACTION;
CREATE TABLE asks (
  seq    INTEGER PRIMARY KEY,
  at     REAL NOT NULL,
  verb   TEXT NOT NULL,
  target ANY  NOT NULL
, outcome TEXT, answer TEXT, answered_at REAL, names TEXT NOT NULL DEFAULT '[]') STRICT;
INSERT INTO "asks" VALUES(1,1000000.0,'retry','00000000-0000-0000-0000-000000001008',NULL,NULL,NULL,'["IMG_0431"]');
INSERT INTO "asks" VALUES(2,1000000.0,'submit again','/in/Copy',NULL,NULL,NULL,'[]');
CREATE TABLE brackets (
  order_id     TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  number       INTEGER NOT NULL,
  path         ANY  NOT NULL,
  size         INTEGER NOT NULL,
  mtime_ns     ANY  NOT NULL,
  inode        ANY  NOT NULL,
  attempt      INTEGER NOT NULL,
  service_id   TEXT,
  url          TEXT,
  content_type TEXT,
  stored_at    REAL,
  failures     INTEGER NOT NULL, mark TEXT NOT NULL DEFAULT '', sha256 TEXT, left_out TEXT, shot TEXT NOT NULL DEFAULT '', shot_second INTEGER, refusals INTEGER NOT NULL DEFAULT 0, refused TEXT, ctime_ns ANY, unreadable_since REAL, rereads INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001000',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001000',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001000',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001001',0,'DCIM/IMG_0431.JPG',1000,5,70,0,'s0.0','https://storage/s0.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001001',1,'DCIM/IMG_0432.JPG',1001,5,71,1,NULL,NULL,NULL,NULL,1,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001001',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001002',0,'DCIM/IMG_0431.JPG',1000,5,70,0,'s0.0','https://storage/s0.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001002',1,'DCIM/IMG_0432.JPG',1001,5,71,0,'s1.0','https://storage/s1.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001002',2,'DCIM/IMG_0433.JPG',1002,5,72,0,'s2.0','https://storage/s2.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001003',0,'DCIM/IMG_0431.JPG',1000,5,70,0,'s0.0','https://storage/s0.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001003',1,'DCIM/IMG_0432.JPG',1001,5,71,0,'s1.0','https://storage/s1.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001003',2,'DCIM/IMG_0433.JPG',1002,5,72,0,'s2.0','https://storage/s2.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001004',0,'DCIM/IMG_0431.JPG',1000,5,70,0,'s0.0','https://storage/s0.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001004',1,'DCIM/IMG_0432.JPG',1001,5,71,0,'s1.0','https://storage/s1.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001004',2,'DCIM/IMG_0433.JPG',1002,5,72,0,'s2.0','https://storage/s2.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001005',0,'DCIM/IMG_0431.JPG',1000,5,70,0,'s0.0','https://storage/s0.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001005',1,'DCIM/IMG_0432.JPG',1001,5,71,0,'s1.0','https://storage/s1.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001005',2,'DCIM/IMG_0433.JPG',1002,5,72,0,'s2.0','https://storage/s2.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001006',0,'DCIM/IMG_0431.JPG',1000,5,70,0,'s0.0','https://storage/s0.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001006',1,'DCIM/IMG_0432.JPG',1001,5,71,0,'s1.0','https://storage/s1.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001006',2,'DCIM/IMG_0433.JPG',1002,5,72,0,'s2.0','https://storage/s2.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001007',0,'DCIM/IMG_0431.JPG',1000,5,70,0,'s0.0','https://storage/s0.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001007',1,'DCIM/IMG_0432.JPG',1001,5,71,0,'s1.0','https://storage/s1.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001007',2,'DCIM/IMG_0433.JPG',1002,5,72,0,'s2.0','https://storage/s2.0','image/jpeg',1000000.0,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001008',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,1,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001008',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000001008',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-00000000100a',0,X'636166E92E6A7067',5,'1180591620717411303424','18446744073709551615',0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-00000000100a',1,'b.jpg',6,7,8,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002000',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,0,NULL,NULL,NULL,NULL,0,'m0',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002000',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,0,NULL,NULL,NULL,NULL,0,'m1',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002000',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,0,NULL,NULL,NULL,NULL,0,'m2',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002003',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,1,'s0','https://storage/s0','image/jpeg',1000000.0,0,'m0','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002003',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,1,'s1','https://storage/s1','image/jpeg',1000000.0,0,'m1','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002003',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,1,'s2','https://storage/s2','image/jpeg',1000000.0,0,'m2','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002004',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,1,'s0','https://storage/s0','image/jpeg',1000000.0,0,'m0','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002004',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,1,'s1','https://storage/s1','image/jpeg',1000000.0,0,'m1','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002004',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,1,'s2','https://storage/s2','image/jpeg',1000000.0,0,'m2','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002005',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,0,NULL,NULL,NULL,NULL,0,'m0',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002005',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,0,NULL,NULL,NULL,NULL,0,'m1',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002005',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,0,NULL,NULL,NULL,NULL,0,'m2',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002006',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,0,NULL,NULL,NULL,NULL,0,'m0',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002006',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,0,NULL,NULL,NULL,NULL,0,'m1',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002006',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,0,NULL,NULL,NULL,NULL,0,'m2',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002007',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,1,'s0','https://storage/s0','image/jpeg',1000000.0,0,'m0','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002007',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,1,'s1','https://storage/s1','image/jpeg',1000000.0,0,'m1','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002007',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,1,'s2','https://storage/s2','image/jpeg',1000000.0,0,'m2','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002008',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,1,'s0','https://storage/s0','image/jpeg',1000000.0,0,'m0','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002008',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,1,'s1','https://storage/s1','image/jpeg',NULL,0,'m1','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002008',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,0,NULL,NULL,NULL,NULL,0,'m2',NULL,'not whole','',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002009',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,1,'s0','https://storage/s0','image/jpeg',1000000.0,0,'m0','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002009',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,1,'s1','https://storage/s1','image/jpeg',1000000.0,0,'m1','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002009',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,1,'s2','https://storage/s2','image/jpeg',1000000.0,0,'m2','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002010',0,'DCIM/IMG_0000.JPG',1000,5000000000,70,1,'s0','https://storage/s0','image/jpeg',1000000.0,0,'m0','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002010',1,'DCIM/IMG_0001.JPG',1001,5000000000,71,1,'s1','https://storage/s1','image/jpeg',1000000.0,0,'m1','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000002010',2,'DCIM/IMG_0002.JPG',1002,5000000000,72,1,'s2','https://storage/s2','image/jpeg',1000000.0,0,'m2','abababababababababababababababababababababababababababababababab',NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003001',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003001',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003001',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003002',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003002',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003002',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003003',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003003',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003003',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003004',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003004',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003004',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003005',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003005',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003005',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003006',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003006',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003006',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003007',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003007',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003007',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003008',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003008',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003008',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003009',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003009',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003009',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003010',0,'DCIM/IMG_0431.JPG',1000,5,70,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003010',1,'DCIM/IMG_0432.JPG',1001,5,71,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
INSERT INTO "brackets" VALUES('00000000-0000-0000-0000-000000003010',2,'DCIM/IMG_0433.JPG',1002,5,72,0,NULL,NULL,NULL,NULL,0,'',NULL,NULL,'',NULL,0,NULL,NULL,NULL,0);
CREATE TABLE daemon (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;
INSERT INTO "daemon" VALUES('version','"0.1.0"');
INSERT INTO "daemon" VALUES('account','"the key was refused"');
CREATE TABLE images (
  order_id   TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,
  id         TEXT NOT NULL,
  name       TEXT NOT NULL,
  brackets   TEXT NOT NULL,
  state      TEXT NOT NULL,
  reason     TEXT,
  size       INTEGER,
  sha256     TEXT,
  extension  TEXT,
  file       ANY,
  fetched_at REAL,
  failures   INTEGER NOT NULL, reprocessed_at REAL, reprocess_heard INTEGER NOT NULL DEFAULT 0, preview TEXT NOT NULL DEFAULT 'not fetched', preview_failures INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001004',0,'x0','x','[]','pending',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001005',0,'i0','picture 0','[]','placed',NULL,5000000,'abababababababababababababababababababababababababababababababab','jpg','IMG_0431.jpg',1000000.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001005',1,'i1','picture 1','[]','fetched',NULL,4000000,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','jpg',NULL,1000000.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001005',2,'i2','picture 2','[]','failed',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001006',0,'i0','picture 0','[]','placed',NULL,5000000,'abababababababababababababababababababababababababababababababab','jpg','IMG_0431.jpg',1000000.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001006',1,'i1','picture 1','[]','placed',NULL,4000000,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','jpg','IMG_0434.jpg',1000000.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001006',2,'i2','picture 2','[]','failed',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001007',0,'i0','picture 0','[]','placed',NULL,5000000,'abababababababababababababababababababababababababababababababab','jpg','IMG_0431.jpg',1000000.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001007',1,'i1','picture 1','[]','placed',NULL,4000000,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','jpg','IMG_0434.jpg',1000000.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000001007',2,'i2','picture 2','[]','failed',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000002003',0,'00000000-0000-0000-0000-0000000a2003','IMG 3.jpg','[]','processed',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000002003',1,'00000000-0000-0000-0000-0000000a2004','IMG 4.jpg','[]','failed','blurred',NULL,NULL,NULL,NULL,NULL,0,1000009.0,1,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000002004',0,'00000000-0000-0000-0000-0000000a2005','IMG 5.jpg','[]','placed',NULL,5000,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','jpg','IMG_0005.jpg',1000050.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000002004',1,'00000000-0000-0000-0000-0000000a2006','IMG 6.jpg','[]','processed',NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000002007',0,'00000000-0000-0000-0000-0000000a2007','IMG 7.jpg','[]','placed',NULL,5000,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','jpg','IMG_0007.jpg',1000050.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000002007',1,'00000000-0000-0000-0000-0000000a2008','IMG 8.jpg','[]','placed',NULL,5000,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','jpg','IMG_0008.jpg',1000050.0,0,NULL,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000002009',0,'00000000-0000-0000-0000-0000000a2009','IMG 9.jpg','[]','again','daily limit',NULL,NULL,NULL,NULL,NULL,1,1000002.0,0,'not fetched',0);
INSERT INTO "images" VALUES('00000000-0000-0000-0000-000000002010',0,'00000000-0000-0000-0000-0000000a2010','IMG 10.jpg','[]','placed',NULL,5000,'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd','jpg','IMG_0010.jpg',1000050.0,0,NULL,0,'not fetched',0);
CREATE TABLE journal (
  seq      INTEGER PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  at       REAL NOT NULL,
  fact     TEXT NOT NULL,
  detail   TEXT NOT NULL
) STRICT;
INSERT INTO "journal" VALUES(1,'00000000-0000-0000-0000-000000001000',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(2,'00000000-0000-0000-0000-000000001000',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(3,'00000000-0000-0000-0000-000000001001',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(4,'00000000-0000-0000-0000-000000001001',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(5,'00000000-0000-0000-0000-000000001002',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(6,'00000000-0000-0000-0000-000000001002',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(7,'00000000-0000-0000-0000-000000001003',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(8,'00000000-0000-0000-0000-000000001003',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(9,'00000000-0000-0000-0000-000000001004',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(10,'00000000-0000-0000-0000-000000001004',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(11,'00000000-0000-0000-0000-000000001005',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(12,'00000000-0000-0000-0000-000000001005',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(13,'00000000-0000-0000-0000-000000001006',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(14,'00000000-0000-0000-0000-000000001006',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(15,'00000000-0000-0000-0000-000000001007',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(16,'00000000-0000-0000-0000-000000001007',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(17,'00000000-0000-0000-0000-000000001008',1000000.0,'Locked','{"brackets": 3, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(18,'00000000-0000-0000-0000-000000001008',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(19,'00000000-0000-0000-0000-000000001009',1000000.0,'Locked','{"why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(20,'00000000-0000-0000-0000-000000001009',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(21,'00000000-0000-0000-0000-00000000100a',1000000.0,'Locked','{"brackets": 2, "why": "quiet for 60 s"}');
INSERT INTO "journal" VALUES(22,'00000000-0000-0000-0000-00000000100a',1000000.0,'Interrupted','{"step": {"is": "Look"}}');
INSERT INTO "journal" VALUES(23,'00000000-0000-0000-0000-000000002000',1000060.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(24,'00000000-0000-0000-0000-000000002001',1000061.0,'Locked','{"why": "still for 30 s"}');
INSERT INTO "journal" VALUES(25,'00000000-0000-0000-0000-000000002002',1000062.0,'Locked','{"why": "still for 30 s"}');
INSERT INTO "journal" VALUES(26,'00000000-0000-0000-0000-000000002003',1000063.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(27,'00000000-0000-0000-0000-000000002004',1000064.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(28,'00000000-0000-0000-0000-000000002005',1000065.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(29,'00000000-0000-0000-0000-000000002006',1000066.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(30,'00000000-0000-0000-0000-000000002007',1000067.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(31,'00000000-0000-0000-0000-000000002008',1000068.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(32,'00000000-0000-0000-0000-000000002009',1000069.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(33,'00000000-0000-0000-0000-000000002010',1000070.0,'Locked','{"brackets": 3, "why": "still for 30 s"}');
INSERT INTO "journal" VALUES(34,'00000000-0000-0000-0000-000000003001',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(35,'00000000-0000-0000-0000-000000003002',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(36,'00000000-0000-0000-0000-000000003003',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(37,'00000000-0000-0000-0000-000000003004',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(38,'00000000-0000-0000-0000-000000003005',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(39,'00000000-0000-0000-0000-000000003006',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(40,'00000000-0000-0000-0000-000000003007',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(41,'00000000-0000-0000-0000-000000003008',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(42,'00000000-0000-0000-0000-000000003009',1000000.0,'Locked','{"brackets": 3}');
INSERT INTO "journal" VALUES(43,'00000000-0000-0000-0000-000000003010',1000000.0,'Locked','{"brackets": 3}');
CREATE TABLE left_out (
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  number   INTEGER NOT NULL,
  path     ANY  NOT NULL,
  why      TEXT NOT NULL,
  of       ANY,
  shoot    ANY  NOT NULL,
  PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE orders (
  id             TEXT PRIMARY KEY,
  flow           TEXT NOT NULL,
  shoot          ANY  NOT NULL,
  folder         ANY  NOT NULL,
  output         ANY  NOT NULL,
  preset         TEXT NOT NULL,
  phase          TEXT NOT NULL,
  held_in        TEXT,
  created        INTEGER NOT NULL,
  discards       TEXT NOT NULL,
  left_out       TEXT NOT NULL,
  fingerprint    TEXT NOT NULL,
  late           TEXT NOT NULL,
  merge          TEXT NOT NULL,
  merge_asked_at REAL,
  polls          INTEGER NOT NULL,
  failures       INTEGER NOT NULL,
  trouble        TEXT,
  notes          TEXT NOT NULL,
  due            REAL,
  created_at     REAL NOT NULL,
  updated_at     REAL NOT NULL,
  health         TEXT NOT NULL,
  brackets_total INTEGER NOT NULL,
  brackets_uploaded INTEGER NOT NULL,
  bytes_total    INTEGER NOT NULL,
  bytes_uploaded INTEGER NOT NULL,
  images_total   INTEGER NOT NULL,
  images_processed INTEGER NOT NULL,
  images_downloaded INTEGER NOT NULL,
  images_failed  INTEGER NOT NULL,
  messages       TEXT NOT NULL
, altered TEXT NOT NULL DEFAULT '[]', supplement_of TEXT, same_as TEXT, approved INTEGER NOT NULL DEFAULT 0, inode TEXT, over_limit INTEGER NOT NULL DEFAULT 0, by_person INTEGER NOT NULL DEFAULT 0, reckoned INTEGER NOT NULL DEFAULT 0, dev_mode INTEGER NOT NULL DEFAULT 0, merge_refused_at REAL, mismatch TEXT, mismatches INTEGER NOT NULL DEFAULT 0, mismatched_at REAL, unknown_order TEXT, refusals INTEGER NOT NULL DEFAULT 0, unseen INTEGER NOT NULL DEFAULT 0, output_renamed INTEGER NOT NULL DEFAULT 0, hold TEXT, recorded INTEGER NOT NULL DEFAULT 0, due_set_at REAL, reopened_at REAL, phase_since REAL, troubles TEXT NOT NULL DEFAULT '[]', problems TEXT NOT NULL DEFAULT '', plan TEXT NOT NULL DEFAULT '[]', accepted INTEGER NOT NULL DEFAULT 0, inspection TEXT) STRICT;
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001000','images','settled','/in/settled','/out/settled','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','settled',NULL,0,'[]','[]','67a3dba4c4455aa92ff9b3d636582547','[]','not asked',NULL,0,0,NULL,'[]',1000000.0,1000000.0,1000000.0,'ok',3,0,3003,0,0,0,0,0,'[]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001001','images','uploading','/in/uploading','/out/uploading','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','uploading',NULL,0,'["07776314-172c-5322-b948-7be8610d25b0"]','[]','67a3dba4c4455aa92ff9b3d636582547','[]','not asked',NULL,0,0,NULL,'[]',1000000.0,1000000.0,1000000.0,'ok',3,1,3003,1000,0,0,0,0,'[]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001002','brackets','uploaded','/in/uploaded','/out/uploaded','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','uploaded',NULL,1,'[]','[]','67a3dba4c4455aa92ff9b3d636582547','[]','not asked',NULL,0,0,NULL,'[]',1000000.0,1000000.0,1000000.0,'ok',3,3,3003,3003,0,0,0,0,'[]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001003','images','merging','/in/merging','/out/merging','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','merging',NULL,0,'[]','[]','67a3dba4c4455aa92ff9b3d636582547','[]','asked',1000000.0,0,0,NULL,'[]',1000000.0,1000000.0,1000000.0,'ok',3,3,3003,3003,0,0,0,0,'[]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001004','images','processing','/in/processing','/out/processing','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','processing',NULL,0,'[]','[]','67a3dba4c4455aa92ff9b3d636582547','[]','seen',1000000.0,1,0,NULL,'[]',1.00000665498485171703e+06,1000000.0,1000000.0,'ok',3,3,3003,3003,1,0,0,0,'[]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001005','images','downloading','/in/downloading','/out/downloading','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','downloading',NULL,0,'[]','[]','67a3dba4c4455aa92ff9b3d636582547','[]','seen',1000000.0,1,0,NULL,'[]',1000000.0,1000000.0,1000000.0,'attention',3,3,3003,3003,3,2,1,1,'["picture 2 failed: the service gives no reason"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[{"code": "image-failed", "text": "picture 2 failed: the service gives no reason", "next": null}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001006','images','downloaded','/in/downloaded','/out/downloaded','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','downloaded',NULL,0,'[]','[]','67a3dba4c4455aa92ff9b3d636582547','["late.jpg"]','seen',1000000.0,1,0,NULL,'[]',NULL,1000000.0,1000000.0,'attention',3,3,3003,3003,3,2,2,1,'["picture 2 failed: the service gives no reason", "`bracketd retry` has the failed images processed again, for free, and buys only those", "1 photo(s) came after the shoot was locked and are in no order: late.jpg. Move them to a folder of their own to send them"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[{"code": "image-failed", "text": "picture 2 failed: the service gives no reason", "next": "bracketd retry"}, {"code": "image-failed", "text": "`bracketd retry` has the failed images processed again, for free, and buys only those", "next": "bracketd retry"}, {"code": "late-photos", "text": "1 photo(s) came after the shoot was locked and are in no order: late.jpg. Move them to a folder of their own to send them", "next": null}]','[[[0, 1, 2], "certain"]]',1,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001007','images','dev mode','/in/dev mode','/out/dev mode','{"bad_files": "hold", "dev_mode": true, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','downloaded',NULL,0,'[]','[]','67a3dba4c4455aa92ff9b3d636582547','["late.jpg"]','seen',1000000.0,1,0,NULL,'[]',NULL,1000000.0,1000000.0,'attention',3,3,3003,3003,3,2,2,1,'["picture 2 failed: the service gives no reason", "`bracketd retry` has the failed images processed again, for free, and buys only those", "1 photo(s) came after the shoot was locked and are in no order: late.jpg. Move them to a folder of their own to send them"]','[]',NULL,NULL,0,NULL,0,0,0,1,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[{"code": "image-failed", "text": "picture 2 failed: the service gives no reason", "next": "bracketd retry"}, {"code": "image-failed", "text": "`bracketd retry` has the failed images processed again, for free, and buys only those", "next": "bracketd retry"}, {"code": "late-photos", "text": "1 photo(s) came after the shoot was locked and are in no order: late.jpg. Move them to a folder of their own to send them", "next": null}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001008','images','held','/in/held','/out/held','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','settled',0,'[]','[]','67a3dba4c4455aa92ff9b3d636582547','[]','not asked',NULL,0,0,'refused','[]',NULL,1000000.0,1000000.0,'attention',3,0,3003,0,0,0,0,0,'["refused"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "other", "text": "refused"}]','[{"code": "other", "text": "refused", "next": null}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000001009','images','skipped','/in/skipped','/out/skipped','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','skipped',NULL,0,'[]','[]','','[]','not asked',NULL,0,0,'was here before the folder was watched; `bracketd submit FOLDER` sends it','[]',NULL,1000000.0,1000000.0,'ok',0,0,0,0,0,0,0,0,'["was here before the folder was watched; `bracketd submit FOLDER` sends it"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "skipped", "text": "was here before the folder was watched; `bracketd submit FOLDER` sends it"}]','[{"code": "skipped", "text": "was here before the folder was watched; `bracketd submit FOLDER` sends it", "next": "bracketd submit"}]','[]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-00000000100a','images','odd','/in/odd','/out/odd','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','settled',NULL,0,'[]','[]','f45f77eed7816d26ad64490ec9aae44b','[]','not asked',NULL,0,0,NULL,'[]',1000000.0,1000000.0,1000000.0,'ok',2,0,11,0,0,0,0,0,'[]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[]','[[[0, 1], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002000','images','Late','/in/Late','/out/Late','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','settled',0,'[]','[]','f0','[]','not asked',NULL,0,0,'3 photo(s) came after the shoot was locked: a. `bracketd approve` sends them as a supplement','[]',NULL,1000000.0,1000060.0,'attention',3,0,3003,0,0,0,0,0,'["3 photo(s) came after the shoot was locked: a. `bracketd approve` sends them as a supplement"]','[]','00000000-0000-0000-0000-000000001009',NULL,0,'900',0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,'late',0,NULL,NULL,NULL,'[{"code": "late-supplement", "text": "3 photo(s) came after the shoot was locked: a. `bracketd approve` sends them as a supplement"}]','[{"code": "late-supplement", "text": "3 photo(s) came after the shoot was locked: a. `bracketd approve` sends them as a supplement", "next": "bracketd approve"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002001','images','Copy','/in/Copy','/out/Copy','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','skipped',NULL,0,'[]','[]','f1','[]','not asked',NULL,0,0,'same photos as “Oak”, sent 12 Jan 1970; `bracketd submit --again` sends and buys them again','[]',NULL,1000001.0,1000061.0,'ok',0,0,0,0,0,0,0,0,'["same photos as \u201cOak\u201d, sent 12 Jan 1970; `bracketd submit --again` sends and buys them again"]','[]',NULL,'00000000-0000-0000-0000-000000001009',0,'901',0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "skipped", "text": "same photos as \u201cOak\u201d, sent 12 Jan 1970; `bracketd submit --again` sends and buys them again"}]','[{"code": "skipped", "text": "same photos as \u201cOak\u201d, sent 12 Jan 1970; `bracketd submit --again` sends and buys them again", "next": "bracketd submit --again"}]','[]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002002','images','Archive','/in/Archive','/out/Archive','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','skipped',NULL,0,'[]','[]','f2','[]','not asked',NULL,0,0,'was here before bracketd first looked at the watched folder; `bracketd submit FOLDER` sends it','[]',NULL,1000002.0,1000062.0,'ok',0,0,0,0,0,0,0,0,'["was here before bracketd first looked at the watched folder; `bracketd submit FOLDER` sends it"]','[]',NULL,NULL,0,'902',0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "skipped", "text": "was here before bracketd first looked at the watched folder; `bracketd submit FOLDER` sends it"}]','[{"code": "skipped", "text": "was here before bracketd first looked at the watched folder; `bracketd submit FOLDER` sends it", "next": "bracketd submit"}]','[]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002003','images','Dear','/in/Dear','/out/Dear','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','downloading',1,'[]','[]','f3','[]','seen',NULL,0,0,'its 1 images would make 3 today, and limits.images_per_day is 2. Nothing was bought. `bracketd approve` buys them all the same, `bracketd retry` reckons again','[]',NULL,1000003.0,1000063.0,'attention',3,3,3003,3003,2,1,0,1,'["its 1 images would make 3 today, and limits.images_per_day is 2. Nothing was bought. `bracketd approve` buys them all the same, `bracketd retry` reckons again", "IMG 4.jpg failed: blurred"]','[]',NULL,NULL,0,'903',1,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "over-limit", "text": "its 1 images would make 3 today, and limits.images_per_day is 2. Nothing was bought. `bracketd approve` buys them all the same, `bracketd retry` reckons again"}]','[{"code": "over-limit", "text": "its 1 images would make 3 today, and limits.images_per_day is 2. Nothing was bought. `bracketd approve` buys them all the same, `bracketd retry` reckons again", "next": "bracketd approve"}, {"code": "image-failed", "text": "IMG 4.jpg failed: blurred", "next": "bracketd retry"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002004','images','Allowed','/in/Allowed','/out/Allowed','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','downloading',NULL,1,'[]','[]','f4','[]','seen',NULL,0,0,NULL,'[]',1000000.0,1000004.0,1000064.0,'ok',3,3,3003,3003,2,2,1,0,'[]','[]',NULL,NULL,1,'904',0,0,1,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002005','images','Unwanted','/in/Unwanted','/out/Unwanted','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','cancelled',NULL,0,'[]','[]','f5','[]','not asked',NULL,0,0,'cancelled by a person before its merge; nothing was bought, and `bracketd submit` sends it','[]',NULL,1000005.0,1000065.0,'ok',3,0,3003,0,0,0,0,0,'["cancelled by a person before its merge; nothing was bought, and `bracketd submit` sends it"]','[]',NULL,NULL,0,'905',0,1,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "cancelled", "text": "cancelled by a person before its merge; nothing was bought, and `bracketd submit` sends it"}]','[{"code": "cancelled", "text": "cancelled by a person before its merge; nothing was bought, and `bracketd submit` sends it", "next": "bracketd submit"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002006','images','Replaced','/in/Replaced','/out/Replaced','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','cancelled',NULL,0,'[]','[]','f6','[]','not asked',NULL,0,0,'submitted anew as it is now','[]',NULL,1000006.0,1000066.0,'ok',3,0,3003,0,0,0,0,0,'["submitted anew as it is now"]','[]',NULL,NULL,0,'906',0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "replaced", "text": "submitted anew as it is now"}]','[{"code": "replaced", "text": "submitted anew as it is now", "next": null}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002007','images','Done','/in/Done','/out/Done','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','downloaded',NULL,1,'[]','[]','f7','["DCIM/IMG_0009.JPG"]','seen',NULL,0,0,NULL,'[]',NULL,1000007.0,1000067.0,'attention',3,3,3003,3003,2,2,2,0,'["1 photo(s) came after the shoot was locked and are in no order: DCIM/IMG_0009.JPG. Move them to a folder of their own to send them", "1 photo(s) changed after they were merged: DCIM/IMG_0001.JPG. The pictures show the old versions; `bracketd submit --again` sends and buys the shoot again"]','["DCIM/IMG_0001.JPG"]',NULL,NULL,0,'907',0,0,1,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[{"code": "late-photos", "text": "1 photo(s) came after the shoot was locked and are in no order: DCIM/IMG_0009.JPG. Move them to a folder of their own to send them", "next": null}, {"code": "changed-photos", "text": "1 photo(s) changed after they were merged: DCIM/IMG_0001.JPG. The pictures show the old versions; `bracketd submit --again` sends and buys the shoot again", "next": "bracketd submit --again"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002008','brackets','Partly','/in/Partly','/out/Partly','{"bad_files": "leave_out", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','uploading',NULL,1,'[]','[]','f8','[]','not asked',NULL,0,0,NULL,'["goes without DCIM/IMG_0002.JPG: not whole"]',1000001.0,1000008.0,1000068.0,'attention',2,1,2001,1000,0,0,0,0,'["goes without DCIM/IMG_0002.JPG: not whole"]','[]',NULL,NULL,0,'908',0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[{"code": "note", "text": "goes without DCIM/IMG_0002.JPG: not whole", "next": null}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002009','images','Again','/in/Again','/out/Again','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','processing',NULL,1,'[]','[]','f9','[]','seen',NULL,0,0,'the account''s daily limit is reached (limit); what failed for it is processed again when it lets','[]',1003600.0,1000009.0,1000069.0,'retrying',3,3,3003,3003,1,0,0,0,'["the account''s daily limit is reached (limit); what failed for it is processed again when it lets"]','[]',NULL,NULL,0,'909',0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "other", "text": "the account''s daily limit is reached (limit); what failed for it is processed again when it lets"}]','[{"code": "other", "text": "the account''s daily limit is reached (limit); what failed for it is processed again when it lets", "next": null}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000002010','images','Trial','/in/Trial','/out/Trial','{"bad_files": "hold", "dev_mode": true, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','downloaded',NULL,1,'[]','[]','f10','[]','seen',NULL,0,0,NULL,'[]',NULL,1000010.0,1000070.0,'ok',3,3,3003,3003,1,1,1,0,'[]','[]',NULL,NULL,0,'910',0,0,0,1,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[]','[]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003001','images','v3 1','/in/v3 1','/out/v3 1','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','settled',0,'[]','[]','','[]','not asked',NULL,0,0,'the state was rebuilt without asking the service, which may have merged it already. If the web app shows no pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach','[]',NULL,1000000.0,1000000.0,'attention',3,0,3003,0,0,0,0,0,'["the state was rebuilt without asking the service, which may have merged it already. If the web app shows no pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "service-unasked", "text": "the state was rebuilt without asking the service, which may have merged it already. If the web app shows no pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach"}]','[{"code": "service-unasked", "text": "the state was rebuilt without asking the service, which may have merged it already. If the web app shows no pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach", "next": "bracketd retry"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003002','images','v3 2','/in/v3 2','/out/v3 2','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','uploading',0,'[]','[]','','[]','not asked',NULL,0,0,'a photo is gone. Also: the state was rebuilt without asking the service, which may have merged it already. If the web app shows no pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach','[]',NULL,1000000.0,1000000.0,'attention',3,0,3003,0,0,0,0,0,'["a photo is gone", "the state was rebuilt without asking the service, which may have merged it already. If the web app shows no pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "other", "text": "a photo is gone"}, {"code": "service-unasked", "text": "the state was rebuilt without asking the service, which may have merged it already. If the web app shows no pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach"}]','[{"code": "other", "text": "a photo is gone", "next": null}, {"code": "service-unasked", "text": "the state was rebuilt without asking the service, which may have merged it already. If the web app shows no pictures of it, `bracketd retry` lets it go on; else run `bracketd doctor --recover` with the service in reach", "next": "bracketd retry"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003003','images','v3 3','/in/v3 3','/out/v3 3','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','settled',0,'[]','[]','','[]','not asked',NULL,0,0,'held: skipped before','[]',NULL,1000000.0,1000000.0,'attention',3,0,3003,0,0,0,0,0,'["held: skipped before"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,'skipped before',0,NULL,NULL,NULL,'[{"code": "maybe-skipped-before", "text": "held: skipped before"}]','[{"code": "maybe-skipped-before", "text": "held: skipped before", "next": "bracketd approve"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003004','images','v3 4','/in/v3 4','/out/v3 4','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','settled',0,'[]','[]','','[]','not asked',NULL,0,0,'held: unknown order','[]',NULL,1000000.0,1000000.0,'attention',3,0,3003,0,0,0,0,0,'["held: unknown order"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,'unknown order',0,NULL,NULL,NULL,'[{"code": "maybe-sent-before", "text": "held: unknown order"}]','[{"code": "maybe-sent-before", "text": "held: unknown order", "next": "bracketd approve"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003005','images','v3 5','/in/v3 5','/out/v3 5','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','settled',0,'[]','[]','','[]','not asked',NULL,0,0,'held: delivered','[]',NULL,1000000.0,1000000.0,'attention',3,0,3003,0,0,0,0,0,'["held: delivered"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,'delivered',0,NULL,NULL,NULL,'[{"code": "maybe-delivered-before", "text": "held: delivered"}]','[{"code": "maybe-delivered-before", "text": "held: delivered", "next": "bracketd approve"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003006','images','v3 6','/in/v3 6','/out/v3 6','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','cancelled',NULL,0,'[]','[]','','[]','not asked',NULL,0,0,'submitted anew as it is now','[]',NULL,1000000.0,1000000.0,'ok',3,0,3003,0,0,0,0,0,'["submitted anew as it is now"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "replaced", "text": "submitted anew as it is now"}]','[{"code": "replaced", "text": "submitted anew as it is now", "next": null}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003007','images','v3 7','/in/v3 7','/out/v3 7','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','held','downloading',0,'[]','[]','','[]','not asked',NULL,0,0,'over a limit','[]',NULL,1000000.0,1000000.0,'attention',3,0,3003,0,0,0,0,0,'["over a limit"]','[]',NULL,NULL,0,NULL,1,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "over-limit", "text": "over a limit"}]','[{"code": "over-limit", "text": "over a limit", "next": "bracketd approve"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003008','images','v3 8','/in/v3 8','/out/v3 8','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','uploading',NULL,0,'[]','[]','','[]','not asked',NULL,0,0,'a wrong answer','[]',1000000.0,1000000.0,1000000.0,'retrying',3,0,3003,0,0,0,0,0,'["a wrong answer"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,'another order',1,1000000.0,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "wrong-answer", "text": "a wrong answer"}]','[{"code": "wrong-answer", "text": "a wrong answer", "next": "bracketd retry"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003009','images','v3 9','/in/v3 9','/out/v3 9','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','skipped',NULL,0,'[]','[]','','[]','not asked',NULL,0,0,'was here before','[]',NULL,1000000.0,1000000.0,'ok',3,0,3003,0,0,0,0,0,'["was here before"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "skipped", "text": "was here before"}]','[{"code": "skipped", "text": "was here before", "next": "bracketd submit"}]','[[[0, 1, 2], "certain"]]',0,NULL);
INSERT INTO "orders" VALUES('00000000-0000-0000-0000-000000003010','images','v3 10','/in/v3 10','/out/v3 10','{"bad_files": "hold", "dev_mode": false, "enhance": {}, "format": "jpeg", "max_width": null, "per_image": null, "quality": null}','uploading',NULL,0,'[]','[]','','[]','not asked',NULL,0,0,'the key was refused','[]',1000000.0,1000000.0,1000000.0,'retrying',3,0,3003,0,0,0,0,0,'["the key was refused"]','[]',NULL,NULL,0,NULL,0,0,0,0,NULL,NULL,0,NULL,NULL,0,0,0,NULL,0,NULL,NULL,NULL,'[{"code": "account", "text": "the key was refused"}]','[{"code": "account", "text": "the key was refused", "next": "bracketd retry"}]','[[[0, 1, 2], "certain"]]',0,NULL);
CREATE TABLE "purchases" (
  order_id TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  image_id TEXT PRIMARY KEY,
  at       REAL NOT NULL,
  credits  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "purchases" VALUES('00000000-0000-0000-0000-000000002004','00000000-0000-0000-0000-0000000a2005',1000050.0,1);
INSERT INTO "purchases" VALUES('00000000-0000-0000-0000-000000002007','00000000-0000-0000-0000-0000000a2007',1000050.0,1);
INSERT INTO "purchases" VALUES('00000000-0000-0000-0000-000000002007','00000000-0000-0000-0000-0000000a2008',1000050.0,1);
INSERT INTO "purchases" VALUES('00000000-0000-0000-0000-000000001005','i0',1000000.0,1);
INSERT INTO "purchases" VALUES('00000000-0000-0000-0000-000000001005','i1',1000000.0,1);
CREATE TABLE roots (
  path     ANY PRIMARY KEY,
  seen_at  REAL NOT NULL,
  identity TEXT NOT NULL,
  shoots    INTEGER NOT NULL
, mount ANY) STRICT;
INSERT INTO "roots" VALUES('/in',1000000.0,'66306:42',1,NULL);
CREATE TABLE skipped_files (
  name       ANY NOT NULL,
  size       INTEGER NOT NULL,
  order_id   TEXT NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (name, size, order_id, changed_at)
) STRICT, WITHOUT ROWID;
CREATE TABLE waiting (
  folder ANY PRIMARY KEY,
  shoot  ANY NOT NULL,
  reason TEXT NOT NULL,
  files  INTEGER NOT NULL,
  bytes  INTEGER NOT NULL,
  since  REAL NOT NULL
, gates TEXT NOT NULL DEFAULT '[]') STRICT;
INSERT INTO "waiting" VALUES('/in/Waits','Waits','will be sent after 30 s without changes',3,1000,5.0,'[["bounds", "passed", "all files and folders were scanned"], ["stillness", "waits", "will be sent after 30 s without changes"]]');
CREATE INDEX orders_due ON orders (due) WHERE due IS NOT NULL;
CREATE INDEX orders_folder ON orders (folder);
CREATE INDEX orders_updated ON orders (updated_at);
CREATE INDEX orders_fingerprint ON orders (fingerprint) WHERE fingerprint != '';
CREATE INDEX journal_order ON journal (order_id, seq);
CREATE INDEX brackets_mark ON brackets (mark) WHERE mark != '';
CREATE INDEX purchases_at ON purchases (at);
CREATE INDEX images_id ON images (id);
CREATE INDEX brackets_shot_second ON brackets (shot_second) WHERE shot_second IS NOT NULL;
COMMIT;
PRAGMA user_version = 8;
