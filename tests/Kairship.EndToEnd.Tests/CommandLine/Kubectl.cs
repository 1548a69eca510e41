using System.Diagnostics;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>The real kubectl with one kubeconfig and a home of its own.</summary>
internal sealed class Kubectl : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("kairship-kubectl-").FullName;
    private readonly string _kubeconfig;

    private Kubectl(string kubeconfig) => _kubeconfig = kubeconfig;

    /// <summary>Skips the test where kubectl is missing; in CI that is a failure.</summary>
    public static Kubectl Require(string kubeconfig)
    {
        var missing = !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "kubectl")));
        const string How = "kubectl is not on the PATH; install it (Debian: apt install kubernetes-client) to run this test.";
        Assert.False(missing && Environment.GetEnvironmentVariable("CI") == "true", How);
        Assert.SkipWhen(missing, How);
        return new Kubectl(kubeconfig);
    }

    /// <summary>What it prints; fails when it ends with anything but 0.</summary>
    public async Task<string> RunAsync(string arguments, string input = "")
    {
        var start = new ProcessStartInfo("kubectl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["KUBECONFIG"] = _kubeconfig;
        start.Environment["HOME"] = _home;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.Should().Be(0, "this ran: kubectl {0}\n{1}{2}", arguments, await output, await error);
        return await output;
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
