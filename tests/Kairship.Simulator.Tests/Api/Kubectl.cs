using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Simulator.Tests.Api;

/// <summary>
/// The real kubectl against one API server, with a home and a cache of its own: the one that the environment variable KUBECTL names, else that of the PATH.
/// </summary>
sealed class Kubectl : IDisposable
{
    readonly string _home = Directory.CreateTempSubdirectory("kairship-kubectl-").FullName;

    /// <summary>Skips the test where kubectl is missing; in CI that is a failure.</summary>
    public static void Require()
    {
        if (Path() is not null)
            return;
        const string how = "kubectl is not on the PATH; install it (Debian: apt install kubernetes-client) or name it in KUBECTL to run this test.";
        Assert.False(Environment.GetEnvironmentVariable("CI") == "true", how);
        Assert.Skip(how);
    }

    public Kubectl(Uri server)
    {
        File.WriteAllText(ConfigFile, """
            apiVersion: v1
            kind: Config
            current-context: sim
            clusters: [{name: sim, cluster: {server: "SERVER", insecure-skip-tls-verify: true}}]
            contexts: [{name: sim, context: {cluster: sim, user: sim}}]
            users: [{name: sim, user: {token: "TOKEN"}}]
            """.Replace("SERVER", server.ToString(), StringComparison.Ordinal).Replace("TOKEN", ApiHost.Token, StringComparison.Ordinal));
    }

    public Kubectl(string kubeconfig) => File.WriteAllText(ConfigFile, kubeconfig);

    string ConfigFile => System.IO.Path.Combine(_home, "config");

    /// <summary>Runs kubectl to its end; both streams are in the output.</summary>
    public async Task<(int Code, string Output)> RunAsync(string arguments, string? input = null)
    {
        var start = new ProcessStartInfo(Path()!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        start.Environment["KUBECONFIG"] = ConfigFile;
        start.Environment["HOME"] = _home;
        using var process = Process.Start(start)!;
        if (input is not null)
            await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill();
            throw new TimeoutException($"kubectl {arguments} did not end within 30 s", e);
        }
        return (process.ExitCode, await output + Said(await error));
    }

    /// <summary>Without the log lines about a group that another test's definition took along while kubectl asked what is served.</summary>
    static string Said(string error) => string.Concat(error.Split('\n').Where(l => !(l.StartsWith('E') && l.Contains(" memcache.go:", StringComparison.Ordinal))).Select((l, i) => i == 0 ? l : "\n" + l));

    public void Dispose() => Directory.Delete(_home, recursive: true);

    /// <summary>Minor version of this kubectl: 20 for the one of Debian 12.</summary>
    public static int Minor => Version.Value;

    static readonly Lazy<int> Version = new(() =>
    {
        using var process = Process.Start(new ProcessStartInfo(Path()!, "version --client -o json") { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = process.StandardOutput.ReadToEnd();
        return int.Parse(JsonNode.Parse(text)!["clientVersion"]!["minor"]!.GetValue<string>().TrimEnd('+'), CultureInfo.InvariantCulture);
    });

    static string? Path() => Environment.GetEnvironmentVariable("KUBECTL") is { Length: > 0 } named
        ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator).Select(p => System.IO.Path.Combine(p, "kubectl")).FirstOrDefault(File.Exists);
}
