using System.Diagnostics;

namespace Kairship.Fleet.Tests.Resources;

/// <summary>The real kubectl with one kubeconfig and a home of its own: the one that the environment variable KUBECTL names, else that of the PATH.</summary>
internal sealed class Kubectl : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("kairship-kubectl-").FullName;
    private readonly string _program;

    private Kubectl(string program, string kubeconfig)
    {
        _program = program;
        File.WriteAllText(Path.Combine(_home, "config"), kubeconfig);
    }

    /// <summary>Skips the test where kubectl, or one that knows ApplySets (1.27), is missing; in CI that is a failure.</summary>
    public static Kubectl Require(string kubeconfig)
    {
        var program = Environment.GetEnvironmentVariable("KUBECTL")
            ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(p => Path.Combine(p, "kubectl")).FirstOrDefault(File.Exists);
        const string How = "kubectl is not on the PATH; install 1.27 or newer, or name it in KUBECTL, to run this test.";
        Assert.False(program is null && Environment.GetEnvironmentVariable("CI") == "true", How);
        Assert.SkipWhen(program is null, How);
        return new Kubectl(program!, kubeconfig);
    }

    /// <summary>Runs kubectl to its end; both streams are in the output.</summary>
    public async Task<(int Code, string Output)> RunAsync(string arguments, string input)
    {
        var start = new ProcessStartInfo(_program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["KUBECONFIG"] = Path.Combine(_home, "config");
        start.Environment["HOME"] = _home;
        start.Environment["KUBECTL_APPLYSET"] = "true";
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await error);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}

/// <summary>A clock on which every look is a minute later.</summary>
internal sealed class HurriedClock : TimeProvider
{
    private long _looks;

    public override long GetTimestamp() => Interlocked.Increment(ref _looks) * TimestampFrequency * 60;
}
