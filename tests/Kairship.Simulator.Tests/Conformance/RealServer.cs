using System.Net.Http.Json;
using Kairship.Testing.Kube;

namespace Kairship.Simulator.Tests.Conformance;

/// <summary>A real control plane with three fake nodes.</summary>
public sealed class RealServer : ConformanceServer
{
    private RealControlPlane? _plane;

    public override string? WhyMissing => RealControlPlane.WhyMissing;

    /// <summary>The control plane, to stop parts of it.</summary>
    public RealControlPlane Plane => _plane ?? throw new InvalidOperationException("The control plane is not started yet.");

    /// <summary>Compacts etcd, which the API server itself does every five minutes.</summary>
    public override async Task ForgetUntilAsync(string resourceVersion)
    {
        // up.sh: etcd listens one port above the API server.
        using var etcd = new HttpClient { BaseAddress = new UriBuilder("http", "127.0.0.1", Http.BaseAddress!.Port + 1).Uri };
        using var answer = await etcd.PostAsJsonAsync("/v3/kv/compaction", new { revision = resourceVersion, physical = true });
        answer.EnsureSuccessStatusCode();
    }

    protected override async Task<string> RunAsync()
    {
        _plane = await RealControlPlane.StartAsync("conformance");
        return _plane.Kubeconfig;
    }

    protected override ValueTask StopAsync() => _plane?.DisposeAsync() ?? ValueTask.CompletedTask;
}
