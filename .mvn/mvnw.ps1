# The search for Maven on behalf of mvnw.cmd, which says what it does and which variables it reads. Writes one line to
# standard output, "run <path of mvn.cmd>" or "fail <status>"; everything for the user goes to standard error.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

function Write-Note([string] $text) {
	[Console]::Error.WriteLine("mvnw: $text")
}

function Stop-With([int] $status, [string[]] $lines) {
	$lines | ForEach-Object { Write-Note $_ }
	Write-Output "fail $status"
	exit $status
}

function Test-Java {
	if ($env:JAVA_HOME) {
		if (-not (Test-Path -LiteralPath (Join-Path $env:JAVA_HOME 'bin\java.exe'))) {
			Stop-With 127 "JAVA_HOME is $env:JAVA_HOME, which has no bin\java.exe."
		}
	}
	elseif (-not (Get-Command java.exe -ErrorAction SilentlyContinue)) {
		Stop-With 127 'No Java found. Install a JDK, 17 or later, and put it on the PATH or set JAVA_HOME.'
	}
}

# The mvn.cmd on the PATH, or nothing if there is none or if it is too old.
function Find-RecentMaven([version] $minimum) {
	$command = Get-Command mvn.cmd -ErrorAction SilentlyContinue | Select-Object -First 1
	if (-not $command) {
		return
	}
	$ErrorActionPreference = 'SilentlyContinue'
	$answer = (& $command.Source --version 2>$null) -join "`n"
	if ($answer -match 'Apache Maven (\d+\.\d+\.\d+)' -and [version] $Matches[1] -ge $minimum) {
		return $command.Source
	}
}

# Everything happens in a directory of our own, the last step is a rename: nobody sees half a Maven.
function Install-Maven([string] $keep, [string] $name, $wanted) {
	$base = if ($env:MAVEN_DIST_URL) { $env:MAVEN_DIST_URL } else { 'https://archive.apache.org/dist/maven' }
	$url = "$base/maven-3/$($wanted.version)/binaries/$name-bin.tar.gz"
	$tar = Join-Path $env:SystemRoot 'System32\tar.exe'
	if (-not (Test-Path -LiteralPath $tar)) {
		Stop-With 127 "Maven is missing, and so is $tar to unpack it with. Install Maven $($wanted.minimum) or later."
	}
	$work = Join-Path $keep ('.fetch.' + [guid]::NewGuid())
	New-Item -ItemType Directory -Force -Path $work | Out-Null
	try {
		$archive = Join-Path $work 'archive'
		Write-Note "fetching $url"
		try {
			[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
			Invoke-WebRequest -UseBasicParsing -Uri $url -OutFile $archive
		}
		catch {
			Stop-With 69 "Could not fetch ${url}: $($_.Exception.Message)", "Install Maven $($wanted.minimum) or later, or set MAVEN_DIST_URL to a mirror of Apache's archive."
		}
		$sum = (Get-FileHash -LiteralPath $archive -Algorithm SHA512).Hash
		if ($sum -ne $wanted.sha512) {
			Stop-With 65 "The check sum is wrong, the file was thrown away: $url", "SHA-512 expected: $($wanted.sha512)", "SHA-512 received: $($sum.ToLowerInvariant())"
		}
		& $tar -xzf $archive -C $work
		if ($LASTEXITCODE -ne 0) {
			Stop-With 69 "Could not unpack $url"
		}
		try {
			[IO.Directory]::Move((Join-Path $work $name), (Join-Path $keep $name))
		}
		catch {
			# Another run was faster; its Maven is as good as ours.
			if (-not (Test-Path -LiteralPath (Join-Path $keep "$name\bin\mvn.cmd"))) {
				Stop-With 69 "Could not write $keep\${name}: $($_.Exception.Message)"
			}
		}
	}
	finally {
		Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue
	}
}

$wanted = @{}
Get-Content -LiteralPath (Join-Path $PSScriptRoot 'wrapper.properties') | Where-Object { $_ -match '^(\w+)=(.*)$' } |
	ForEach-Object { $wanted[$Matches[1]] = $Matches[2].Trim() }

Test-Java
$maven = Find-RecentMaven $wanted.minimum
if (-not $maven) {
	$name = "apache-maven-$($wanted.version)"
	$userHome = if ($env:MAVEN_USER_HOME) { $env:MAVEN_USER_HOME } else { Join-Path $env:USERPROFILE '.m2' }
	$keep = Join-Path $userHome 'mvnw'
	$maven = Join-Path $keep "$name\bin\mvn.cmd"
	if (-not (Test-Path -LiteralPath $maven)) {
		Install-Maven $keep $name $wanted
	}
}
Write-Output "run $maven"
