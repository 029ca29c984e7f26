-- What version 2 of the log left behind when it was killed: two sessions, a checkpoint, and a session erased but not
-- freed. It was dumped from a file of that version, and is not edited; only the test says which inode it has.
BEGIN TRANSACTION;
CREATE TABLE appended (
     id INTEGER PRIMARY KEY,
     sid INTEGER NOT NULL,
     last INTEGER NOT NULL,
     lines TEXT NOT NULL
   ) STRICT;
INSERT INTO "appended" VALUES(1,1,1,'{"n":1}');
INSERT INTO "appended" VALUES(2,2,1,'{"n":1}');
INSERT INTO "appended" VALUES(3,2,3,'{"n":2}
{"n":3}');
INSERT INTO "appended" VALUES(4,2,4,'{"n":4}');
CREATE TABLE checkpoint (
     sid INTEGER PRIMARY KEY,
     seq INTEGER NOT NULL,
     json TEXT NOT NULL
   ) STRICT;
INSERT INTO "checkpoint" VALUES(2,3,'{"at":3}');
CREATE TABLE erased (sid INTEGER PRIMARY KEY) STRICT;
INSERT INTO "erased" VALUES(1);
CREATE TABLE file (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     generation TEXT NOT NULL,
     mark INTEGER NOT NULL,
     unsynced_boot TEXT,
     inode TEXT NOT NULL,
     born TEXT
   ) STRICT;
INSERT INTO "file" VALUES(1,'NQEdwSyH',1,'boot-1','2156554','1795347772182176917');
CREATE TABLE session (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     key TEXT NOT NULL UNIQUE,
     session TEXT NOT NULL,
     agent TEXT NOT NULL,
     principal TEXT NOT NULL,
     metadata TEXT NOT NULL,
     command TEXT,
     head INTEGER NOT NULL,
     status TEXT NOT NULL,
     log TEXT NOT NULL,
     created_at INTEGER NOT NULL,
     updated_at INTEGER NOT NULL
   ) STRICT;
INSERT INTO "session" VALUES(2,'a','session-a','analyst','ann','{"title":"Märkte"}','open-1',4,'waiting','Q6dI9nUytsRb',10,30);
INSERT INTO "session" VALUES(3,'b','session-b','analyst','bob','{}',NULL,0,'idle','eAZIunRhcJmE',11,11);
CREATE INDEX session_by_time ON session (created_at);
CREATE INDEX session_by_principal ON session (principal, created_at);
CREATE INDEX session_by_command ON session (principal, command, created_at) WHERE command IS NOT NULL;
CREATE INDEX session_active ON session (status, created_at) WHERE status = 'running' OR status = 'waiting';
CREATE UNIQUE INDEX appended_by_place ON appended (sid, last);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('session',3);
COMMIT;

