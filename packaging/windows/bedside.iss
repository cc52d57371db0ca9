; The installer for Windows, for Inno Setup 6: first `py packaging\frozen\build.py`, then
; `iscc /DVersion=0.1.0 packaging\windows\bedside.iss`; it writes dist\bedside-0.1.0-setup.exe.
;
; Each user installs for themselves, without an administrator's rights. What was recorded lies elsewhere, in
; %LOCALAPPDATA%\bedside, and stays when the program goes.

#ifndef Version
  #error Say which version: iscc /DVersion=0.1.0 packaging\windows\bedside.iss
#endif

[Setup]
AppId={{C6A2D0B3-5E0B-4E0C-9B54-6E1E6B0C51D7}
AppName=bedside
AppVersion={#Version}
AppVerName=bedside {#Version}
AppPublisher=The bedside contributors
DefaultDirName={autopf}\bedside
DefaultGroupName=bedside
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
; Windows 10, the oldest that the libraries run on.
MinVersion=10.0
LicenseFile=..\..\LICENSE
SetupIconFile=..\icon\bedside.ico
UninstallDisplayIcon={app}\bedsidew.exe
OutputDir=..\..\dist
OutputBaseFilename=bedside-{#Version}-setup
Compression=lzma2
SolidCompression=yes
WizardStyle=modern
; A child may be playing: ask, never close.
CloseApplications=yes
RestartApplications=no

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"

[Tasks]
Name: "desktopicon"; Description: "An icon on the desktop"; Flags: unchecked

[InstallDelete]
; Files of an earlier version that this one does not have.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "..\..\dist\frozen\bedside\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\bedside"; Filename: "{app}\bedsidew.exe"; Comment: "Touch the screen and it sounds; everything that is played is kept"
Name: "{group}\bedside for the therapist"; Filename: "{app}\bedside.exe"; Parameters: "review"; IconFilename: "{app}\bedsidew.exe"; Comment: "Hear again what was played, write about it, and make reports"
Name: "{autodesktop}\bedside"; Filename: "{app}\bedsidew.exe"; Tasks: desktopicon

[Run]
Filename: "{app}\bedsidew.exe"; Description: "Play now"; Flags: nowait postinstall skipifsilent unchecked

[UninstallDelete]
; Only what can be made again.
Type: filesandordirs; Name: "{localappdata}\bedside\Cache"

[Code]
procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
var
  Kept: String;
begin
  Kept := ExpandConstant('{localappdata}\bedside');
  if (CurUninstallStep = usPostUninstall) and FileExists(Kept + '\bedside.db') and not UninstallSilent then
    MsgBox('bedside is removed; what was recorded is not. It is kept in ' + Kept + '.', mbInformation, MB_OK);
end;
