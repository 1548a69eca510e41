using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Storage;
using Kairship.Testing.Kube;
using Kairship.Testing.Releases;

namespace Kairship.Activities.Tests.RealClusters;

/// <summary>Two real control planes, "east" (tier edge) and "west" (tier core), joined to a rig. What they hold is read with kubectl, past all of Kairship's code.</summary>
public sealed class RealFleet : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("kairship-real-").FullName;
    private readonly List<RealControlPlane> planes = [];

    /// <summary>What to skip for; null: they are there.</summary>
    public string? WhyMissing { get; private set; }

    public IReadOnlyList<string> Clusters => [.. planes.Select(p => p.Name)];

    public ReleaseRig Rig { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        WhyMissing = RealControlPlane.WhyMissing;
        if (WhyMissing is not null)
        {
            return;
        }

        planes.AddRange(await Task.WhenAll(RealControlPlane.StartAsync("east"), RealControlPlane.StartAsync("west")));
        Rig = await ReleaseRig.StartAsync(
            new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "kairship.db")}" }, folder);
        await Rig.ImportWorkflowsAsync();
        foreach (var plane in planes)
        {
            await File.WriteAllTextAsync(Kubeconfig(plane.Name), plane.Kubeconfig);
            await Rig.JoinAsync(plane.Name, plane.Kubeconfig, new Dictionary<string, string> { ["tier"] = plane.Name == "east" ? "edge" : "core" });
        }
    }

    /// <summary>What kubectl prints.</summary>
    public async Task<string> KubectlAsync(string cluster, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", Kubeconfig(cluster), "--cache-dir", Path.Combine(folder, "cache"), .. arguments])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, "kubectl {0}: {1}", string.Join(' ', arguments), await errors);
        return await output;
    }

    public async Task<IReadOnlyList<JsonObject>> ListAsync(string cluster, string kinds, string? ns, string? selector = null)
    {
        string[] where = ns is null ? ["-A"] : ["-n", ns];
        string[] which = selector is null ? [] : ["-l", selector];
        var list = JsonNode.Parse(await KubectlAsync(cluster, "", ["get", kinds, "-o", "json", .. where, .. which]))!;
        return [.. list["items"]!.AsArray().Select(i => i!.AsObject())];
    }

    /// <summary>Everything in all namespaces, "Deployment shop/web uid 123", but for what the cluster itself renews all the time.</summary>
    public async Task<IReadOnlyList<string>> EverythingAsync(string cluster)
    {
        var kinds = (await KubectlAsync(cluster, "", "api-resources", "--verbs=list", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(k => k is not ("leases.coordination.k8s.io" or "events" or "events.events.k8s.io" or "componentstatuses"));
        const string Columns = "custom-columns=KIND:.kind,NS:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid,RV:.metadata.resourceVersion";
        var lines = await KubectlAsync(cluster, "", "get", string.Join(',', kinds), "-A", "--no-headers", "-o", Columns);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        if (Rig is not null)
        {
            await Rig.DisposeAsync();
        }

        await Task.WhenAll(planes.Select(p => p.DisposeAsync().AsTask()));
        Directory.Delete(folder, recursive: true);
    }

    private string Kubeconfig(string cluster) => Path.Combine(folder, $"{cluster}.kubeconfig");
}
