using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Xunit;

namespace Kairship.Testing.Storage;

/// <summary>
/// A PostgreSQL server of the test run's own: made by initdb in a temporary folder, started at the first use, reached only through a
/// Unix socket in that folder (no port, nothing exposed, nothing to collide with), stopped and deleted at the end. Use it as an assembly fixture.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string HowToGet = "Install it (Debian and Ubuntu: apt-get install postgresql; the server need not run) or put initdb and pg_ctl on the PATH.";

    private readonly SemaphoreSlim starting = new(1, 1);
    private string? folder;
    private string? binaries;
    private int databases;

    /// <summary>Nothing is lost when the machine fails, as a real server has it; tests are quicker without.</summary>
    public bool Durable { get; init; }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A new database; a copy of <paramref name="template"/>, to which nobody may be connected then. Skips the test where PostgreSQL is not
    /// installed, fails it where CI=true.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        await EnsureStartedAsync();
        var name = "t" + Interlocked.Increment(ref databases).ToString(CultureInfo.InvariantCulture);
        await AdministerAsync($"CREATE DATABASE {name} TEMPLATE {(template is null ? "template0" : DatabaseOf(template))}");
        return ConnectionString(name);
    }

    /// <summary>Whoever is still connected is cut off.</summary>
    public Task DropDatabaseAsync(string connectionString) => AdministerAsync($"DROP DATABASE {DatabaseOf(connectionString)} WITH (FORCE)");

    private async Task AdministerAsync(string sql)
    {
        var source = NpgsqlDataSource.Create(ConnectionString("postgres") + ";Pooling=false");
        await using (source)
        {
            var command = source.CreateCommand(sql);
            await using (command)
            {
                await command.ExecuteNonQueryAsync();
            }
        }
    }

    /// <summary>The Unix socket folder, for what else wants to connect.</summary>
    public async Task<string> SocketFolderAsync()
    {
        await EnsureStartedAsync();
        return folder!;
    }

    public async ValueTask DisposeAsync()
    {
        if (folder is not null && binaries is not null)
        {
            NpgsqlConnection.ClearAllPools();
            await RunAsync("pg_ctl", "stop", "-D", Data, "-m", "immediate");
            await RunAsServerUserAsync("rm", "-rf", Data);
            Directory.Delete(folder, recursive: true);
        }

        starting.Dispose();
    }

    private string Data => Path.Combine(folder!, "data");

    private static string DatabaseOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database!;

    private string ConnectionString(string database) => $"Host={folder};Username=kairship;Database={database};Maximum Pool Size=30";

    private async Task EnsureStartedAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (binaries is null)
            {
                await StartAsync();
            }
        }
        finally
        {
            starting.Release();
        }
    }

    private async Task StartAsync()
    {
        var found = FindBinaries();
        if (found is null)
        {
            var message = "PostgreSQL is not installed: initdb was found neither on the PATH nor in /usr/lib/postgresql. " + HowToGet;
            if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            {
                Assert.Fail(message);
            }

            Assert.Skip(message);
        }

        folder = Directory.CreateTempSubdirectory("kairship-pg-").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // The server runs as another user when this is root: it needs to make its data folder and its socket here.
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        }

        binaries = found;
        await RunAsync("initdb", "-D", Data, "-U", "kairship", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync");
        await RunAsync(
            "pg_ctl", "start", "-w", "-t", "60", "-D", Data, "-l", Path.Combine(folder, "data", "server.log"), "-o",
            $"-c listen_addresses='' -c unix_socket_directories={folder} {(Durable ? "" : "-c fsync=off -c full_page_writes=off ")}-c max_connections=300 -c shared_buffers=64MB");
    }

    private static string? FindBinaries()
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(x => x, StringComparer.Ordinal).Select(x => Path.Combine(x, "bin"))
            : [];
        return places.Concat(installed).FirstOrDefault(place => File.Exists(Path.Combine(place, "initdb")) && File.Exists(Path.Combine(place, "pg_ctl")));
    }

    private Task RunAsync(string program, params string[] arguments) => RunAsServerUserAsync(Path.Combine(binaries!, program), arguments);

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private async Task RunAsServerUserAsync(string program, params string[] arguments)
    {
        var isRoot = string.Equals(Environment.UserName, "root", StringComparison.Ordinal);
        var user = File.Exists("/etc/passwd") && File.ReadLines("/etc/passwd").Any(x => x.StartsWith("postgres:", StringComparison.Ordinal))
            ? "postgres"
            : "nobody";
        string[] whole = isRoot ? ["runuser", "-u", user, "--", program, .. arguments] : [program, .. arguments];
        var start = new ProcessStartInfo(whole[0], whole[1..]) { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;

        // The server inherits standard output: reading to its end would wait for the server's.
        process.OutputDataReceived += (_, _) => { };
        var complaints = new List<string?>();
        process.ErrorDataReceived += (_, line) => complaints.Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!process.HasExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed: {string.Join('\n', complaints)}");
        }
    }
}
