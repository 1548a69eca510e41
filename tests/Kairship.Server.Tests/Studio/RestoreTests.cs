using System.Diagnostics;

namespace Kairship.Server.Tests.Studio;

/// <summary>restore.mjs with an npm that is a script of ours: it counts its runs, and fails or takes its time when told.</summary>
public sealed class RestoreTests : IDisposable
{
    private const string Npm = """
        #!/bin/sh
        echo run >> "$COUNT"
        if [ -n "$FAIL" ]; then echo "npm error code ENOTFOUND" >&2; exit 1; fi
        while [ -n "$HOLD" ] && [ ! -e "$HOLD" ]; do sleep 0.05; done
        mkdir -p node_modules/@elsa-workflows/elsa-studio-wasm/_framework
        echo "$STAMP" > node_modules/@elsa-workflows/elsa-studio-wasm/_framework/blazor.webassembly.js
        """;

    private static readonly string? Node = OperatingSystem.IsWindows()
        ? null
        : Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(p => Path.Combine(p, "node")).FirstOrDefault(File.Exists);

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"kairship-restore-{Guid.NewGuid():N}");

    public RestoreTests()
    {
        Assert.SkipWhen(Node is null && Environment.GetEnvironmentVariable("CI") != "true", "needs Node.js on a Unix");
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        foreach (var file in (string[])["restore.mjs", "package.json", "package-lock.json"])
        {
            File.Copy(Path.Combine(PackageLockTests.Folder, file), Path.Combine(folder, file));
        }

        var npm = Path.Combine(folder, "bin", "npm");
        File.WriteAllText(npm, Npm.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(npm, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string Script => Path.Combine(folder, "node_modules/@elsa-workflows/elsa-studio-wasm/_framework/blazor.webassembly.js");

    private int Runs => File.Exists(Path.Combine(folder, "count")) ? File.ReadAllLines(Path.Combine(folder, "count")).Length : 0;

    [Fact]
    public async Task Restore_RunsNpmOnce_AndAgainWhenTheLockFileChanges()
    {
        (await RunAsync()).Code.Should().Be(0);
        (await RunAsync()).Code.Should().Be(0);
        Runs.Should().Be(1);
        File.ReadAllText(Script).Trim().Should().Be("first");

        await File.AppendAllTextAsync(Path.Combine(folder, "package-lock.json"), "\n");
        (await RunAsync(("STAMP", "second"))).Code.Should().Be(0);
        Runs.Should().Be(2);
        File.ReadAllText(Script).Trim().Should().Be("second");
        Leftovers().Should().BeEmpty();
    }

    [Fact]
    public async Task ManyAtOnce_RunNpmOnce_AndAllFindTheFiles()
    {
        var hold = Path.Combine(folder, "go");
        var all = Enumerable.Range(0, 4).Select(_ => RunAsync(("HOLD", hold))).ToList();
        await Eventually.HoldsAsync(() => Task.FromResult(Runs == 1), "one of them runs npm");
        await File.WriteAllTextAsync(hold, "");

        (await Task.WhenAll(all)).Should().OnlyContain(r => r.Code == 0);
        Runs.Should().Be(1);
        File.Exists(Script).Should().BeTrue();
        Leftovers().Should().BeEmpty();
    }

    [Fact]
    public async Task Failure_IsNoErrorOfTheBuild_IsRemembered_AndKeepsWhatIsThere()
    {
        await RunAsync();
        await File.AppendAllTextAsync(Path.Combine(folder, "package-lock.json"), "\n");

        var (code, said) = await RunAsync(["--quiet-failure"], ("FAIL", "1"));
        code.Should().Be(0);
        said.Should().Contain("ENOTFOUND").And.Contain("node src/Kairship.Server/Studio/npm/restore.mjs").And.NotContain("error :");
        (await RunAsync(["--quiet-failure"])).Said.Should().Contain("within the last hour");
        Runs.Should().Be(2, "a build does not wait for the network each time");
        File.ReadAllText(Script).Trim().Should().Be("first", "what was there is better than nothing");

        (await RunAsync(("FAIL", "1"))).Code.Should().Be(1, "whoever asks for it is told");
        (await RunAsync(("STAMP", "second"))).Code.Should().Be(0);
        File.ReadAllText(Script).Trim().Should().Be("second");
    }

    [Fact]
    public async Task LockOfAProcessThatDied_HoldsNobodyUp()
    {
        var held = Directory.CreateDirectory(Path.Combine(folder, ".restore-lock"));
        await File.WriteAllTextAsync(Path.Combine(held.FullName, "pid"), "999999999");
        held.LastWriteTimeUtc = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

        (await RunAsync()).Code.Should().Be(0);
        Runs.Should().Be(1);
    }

    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private IEnumerable<string> Leftovers() => Directory.EnumerateFileSystemEntries(folder, ".restore-*").Select(e => Path.GetFileName(e)!);

    private Task<(int Code, string Said)> RunAsync(params (string Name, string Value)[] environment) => RunAsync([], environment);

    private async Task<(int Code, string Said)> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Node!, [Path.Combine(folder, "restore.mjs"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder };
        start.Environment["PATH"] = $"{Path.Combine(folder, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["COUNT"] = Path.Combine(folder, "count");
        start.Environment["STAMP"] = "first";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var said = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await said + await errors);
    }
}
