using System.Diagnostics;

namespace Kairship.Testing.Kube;

/// <summary>
/// One real Kubernetes control plane on loopback (etcd, apiserver, controller-manager, scheduler, fake nodes), run by ../shared/kube/up.sh with a state folder and
/// free ports of its own. Needs KUBE_ASSETS; <see cref="WhyMissing"/> says how to get it.
/// </summary>
public sealed class RealControlPlane : IAsyncDisposable
{
    private const int PortsOfOne = 5;
    private readonly string _state;

    private RealControlPlane(string name, string state, string kubeconfig) => (Name, _state, Kubeconfig) = (name, state, kubeconfig);

    public string Name { get; }

    /// <summary>Of a cluster administrator, everything inline.</summary>
    public string Kubeconfig { get; }

    /// <summary>null: control planes can be started here. Where CI=true a missing one is a failure, not a reason to skip.</summary>
    /// <exception cref="InvalidOperationException">CI=true, and control planes cannot be started.</exception>
    public static string? WhyMissing
    {
        get
        {
            var why = Scripts is null
                ? "../shared/kube is missing beside the checkout: real control planes cannot be started."
                : string.IsNullOrEmpty(Assets)
                    ? "KUBE_ASSETS is not set: build a control plane once with ../shared/kube/build.sh DIR and set KUBE_ASSETS=DIR/bin."
                    : File.Exists(Path.Combine(Assets, "kube-apiserver")) ? null : "KUBE_ASSETS names a folder without kube-apiserver: build it with ../shared/kube/build.sh DIR.";
            return why is not null && Environment.GetEnvironmentVariable("CI") == "true" ? throw new InvalidOperationException(why) : why;
        }
    }

    private static string? Assets => Environment.GetEnvironmentVariable("KUBE_ASSETS");

    private static string? Scripts
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Kairship.sln")))
                {
                    var scripts = Path.Combine(folder.Parent?.FullName ?? "", "shared", "kube");
                    return File.Exists(Path.Combine(scripts, "up.sh")) ? scripts : null;
                }
            }

            return null;
        }
    }

    /// <summary>Takes 5 to 10 seconds and half a gigabyte until disposed.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has the script's last words.</exception>
    public static async Task<RealControlPlane> StartAsync(string name, int nodes = 3)
    {
        var state = Directory.CreateTempSubdirectory($"kairship-kube-{name}-").FullName;
        const int Attempts = 3;
        for (var attempt = 1; ; attempt++)
        {
            var (code, output) = await RunAsync("up.sh", state, name, LoopbackPorts.First(PortsOfOne).ToString(), nodes.ToString());
            if (code == 0)
            {
                return new RealControlPlane(name, state, await File.ReadAllTextAsync(Path.Combine(state, $"{name}.kubeconfig")));
            }

            await RunAsync("down.sh", state, name);
            if (attempt == Attempts)
            {
                Directory.Delete(state, recursive: true);
                throw new InvalidOperationException($"Control plane {name} did not start: {output}");
            }
        }
    }

    /// <summary>kill, stop, start, freeze or thaw one of etcd, apiserver, kcm, scheduler, fakekubelet.</summary>
    public async Task ControlAsync(string action, string component)
    {
        var (code, output) = await RunAsync("ctl.sh", _state, Name, action, component);
        if (code != 0)
        {
            throw new InvalidOperationException($"{action} {component} of {Name}: {output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("down.sh", _state, Name);
        Directory.Delete(_state, recursive: true);
    }

    private static async Task<(int Code, string Output)> RunAsync(string script, string state, params string[] arguments)
    {
        // Output goes to a file: the processes of the control plane inherit the script's streams and would keep a pipe open.
        var log = Path.Combine(state, $"{script}.log");
        var start = new ProcessStartInfo("/bin/bash", ["-c", "exec \"$0\" \"$@\" > \"$LOG\" 2>&1 < /dev/null", Path.Combine(Scripts!, script), .. arguments]);
        start.Environment["KUBE_STATE"] = state;
        start.Environment["KUBE_ASSETS"] = Assets;
        start.Environment["LOG"] = log;
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await File.ReadAllTextAsync(log));
    }
}
