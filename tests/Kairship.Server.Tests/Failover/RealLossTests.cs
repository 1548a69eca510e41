using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Testing.Kube;

namespace Kairship.Server.Tests.Failover;

/// <summary>Two real control planes; the API server of one is frozen (SIGSTOP) and thaws again. What is inside is read with kubectl, past all of Kairship's code.</summary>
public sealed class RealLossTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("kairship-real-loss-").FullName;
    private readonly List<RealControlPlane> planes = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ApiServerFreezes_ItsApplicationMoves_AndComesBackAfterTheThaw_WhenWhatWasLeftIsGone()
    {
        Assert.SkipWhen(RealControlPlane.WhyMissing is not null, RealControlPlane.WhyMissing ?? "");
        planes.AddRange(await Task.WhenAll(RealControlPlane.StartAsync("east"), RealControlPlane.StartAsync("west")));
        await using var stage = await FailoverStage.OfAsync(planes.Select(p => (p.Name, p.Kubeconfig)));
        await stage.ReleaseAsync("shop", ["east", "west"], replicas: 4, failover: "{failback: {mode: automatic, stabilisation: 3s} }");
        (await stage.PlaceAsync("shop")).Should().Be("east 2, west 2");
        var before = await PictureAsync("east");

        await planes[0].ControlAsync("freeze", "apiserver");
        await stage.MovesAsync("shop", "west 4");
        (await stage.ReportAsync("east")).Report.IsMet.Should().BeTrue();
        (await PictureAsync("west")).Should().StartWith("web 4 4");

        await planes[0].ControlAsync("thaw", "apiserver");
        await Eventually.HoldsAsync(
            async () =>
            {
                var picture = await PictureAsync("east");
                var isBack = (await stage.Admin.GetClusterAsync("east", Token)).Condition!.Ready == "True";
                (isBack ? before : picture).Should().Be(before, "what came back is not touched before it counts as back");
                return isBack;
            },
            "east is back");
        await Eventually.HoldsAsync(
            async () => (await stage.Admin.GetReturnAsync("east", Token)).Fenced.Any(f => f.Object.Contains("web") && f.Action == "Delete"), "the stale Deployment is fenced: it runs in west by now",
            async () => (await stage.Admin.GetReturnAsync("east", Token)).ToString());
        await stage.MovesAsync("shop", "east 2, west 2");
        (await PictureAsync("west")).Should().StartWith("web 2 2");
        (await PictureAsync("east")).Should().StartWith("web 2 2").And.NotContain(before.Split(' ')[3], "it is another Deployment than the one that was left behind");
        (await stage.FailoversAsync("shop")).Should().ContainSingle();
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(planes.Select(p => p.DisposeAsync().AsTask()));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Deployments of the shop: name, replicas wanted and ready, uid, generation, and by which release; then its pods.</summary>
    private async Task<string> PictureAsync(string cluster)
    {
        var list = JsonNode.Parse(await KubectlAsync(planes.Single(p => p.Name == cluster), "get", "deployments,pods", "-n", "shop", "-o", "json"))!["items"]!.AsArray().Select(i => i!).ToList();
        var deployments = list.Where(i => i["kind"]!.ToString() == "Deployment").Select(d =>
            $"{d["metadata"]!["name"]} {d["spec"]!["replicas"]} {d["status"]!["readyReplicas"]} {d["metadata"]!["uid"]} {d["metadata"]!["generation"]} {d["metadata"]!["annotations"]!["kairship.io/release"]}");
        var pods = list.Where(i => i["kind"]!.ToString() == "Pod" && i["metadata"]!["deletionTimestamp"] is null).Select(p => p["metadata"]!["name"]!.ToString());
        return string.Join('\n', deployments.Order(StringComparer.Ordinal).Concat(pods.Order(StringComparer.Ordinal)));
    }

    private async Task<string> KubectlAsync(RealControlPlane plane, params string[] arguments)
    {
        var file = Path.Combine(folder, $"{plane.Name}.kubeconfig");
        await File.WriteAllTextAsync(file, plane.Kubeconfig, Token);
        var start = new ProcessStartInfo("kubectl", ["--kubeconfig", file, "--cache-dir", Path.Combine(folder, "cache"), .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Token), process.StandardError.ReadToEndAsync(Token));
        await process.WaitForExitAsync(Token);
        process.ExitCode.Should().Be(0, "kubectl {0}: {1}", string.Join(' ', arguments), await errors);
        return await output;
    }
}
