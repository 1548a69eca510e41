using System.Text.Json.Nodes;
using k8s;
using Kairship.Simulator.Control;
using Kairship.Simulator.Faults;
using Kairship.Simulator.Objects;
using Kairship.Simulator.State;
using Kairship.Simulator.Tests.Hosting;
using Kairship.Testing.Kube;

namespace Kairship.Simulator.Tests.State;

public sealed class KeptFleetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kept").FullName;
    private readonly Dictionary<string, int> _ports = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Fleet_StartedAgain_IsAsItWas()
    {
        var ct = TestContext.Current.CancellationToken;
        Dictionary<string, string> before;
        await using (var fleet = await StartAsync("east", "west"))
        {
            using var client = ClusterClient.For(fleet["east"]);
            await client.AppsV1.CreateNamespacedDeploymentAsync(ClusterClient.Deployment("web", 2), "default", cancellationToken: ct);
            await Eventually.Of(() => client.AppsV1.ReadNamespacedDeploymentAsync("web", "default", cancellationToken: ct), d => d.Status?.AvailableReplicas == 2);
            await client.CoreV1.CreateNamespacedConfigMapAsync(new() { Metadata = new() { Name = "gone" } }, "default", cancellationToken: ct);
            await client.CoreV1.DeleteNamespacedConfigMapAsync("gone", "default", cancellationToken: ct);
            fleet["west"].Faults.Change(f => NamedFaults.Apply(f, new FaultRequest { Fault = "clock-skew", SkewSeconds = 60 }, TimeProvider.System.GetUtcNow()));
            await Eventually.Of(() => fleet["east"].Store.Revision, r => r == Revision(fleet));
            before = Show(fleet);
        }

        await using var again = await StartAsync("east", "west");
        again.Restored.Should().Be(2);
        Show(again).Should().Equal(before);
        using var reopened = ClusterClient.For(again["east"]);
        (await reopened.AppsV1.PatchNamespacedDeploymentScaleAsync(
            new k8s.Models.V1Patch("""{"spec":{"replicas":3}}""", k8s.Models.V1Patch.PatchType.MergePatch), "web", "default", cancellationToken: ct)).Spec.Replicas.Should().Be(3);
        await Eventually.Of(() => reopened.AppsV1.ReadNamespacedDeploymentAsync("web", "default", cancellationToken: ct), d => d.Status?.AvailableReplicas == 3);
        var pods = await reopened.CoreV1.ListNamespacedPodAsync("default", cancellationToken: ct);
        pods.Items.Select(p => p.Status.PodIP).Should().OnlyHaveUniqueItems().And.HaveCount(3);
        again["east"].ControllerFailures.Should().Be(0);

        static long Revision(SimulatedFleet fleet) => fleet["east"].Store.Revision;
    }

    [Fact]
    public async Task Watch_FromBeforeTheRestart_Gets410_AndFromItsEndGoesOn()
    {
        long revision;
        await using (var fleet = await StartAsync("east"))
        {
            fleet["east"].Store.Create(Key("one"), Map());
            revision = fleet["east"].Store.Revision;
        }

        await using var again = await StartAsync("east");
        var store = again["east"].Store;

        store.ChangesSince(revision - 1).Should().BeNull();
        store.ChangesSince(revision).Should().BeEmpty();
        store.Create(Key("two"), Map());
        store.ChangesSince(revision)!.Should().ContainSingle().Which.Revision.Should().Be(revision + 1);
    }

    [Fact]
    public async Task Faults_SetByManyAtOnce_AreKeptAsTheyAreAtTheEnd()
    {
        string last;
        await using (var fleet = await StartAsync("east"))
        {
            var faults = fleet["east"].Faults;
            Parallel.For(0, 200, i => faults.Change(f => f with { LatencyMilliseconds = i, Images = new Dictionary<string, PodFault>(f.Images) { [$"i{i % 7}"] = PodFault.Unready } }));
            last = System.Text.Json.JsonSerializer.Serialize(faults.Settings, FaultSettings.Json);
        }

        await using var again = await StartAsync("east");
        System.Text.Json.JsonSerializer.Serialize(again["east"].Faults.Settings, FaultSettings.Json).Should().Be(last);
    }

    [Fact]
    public async Task NodeThatWasDown_StaysSo_AndComesBackWhenItHeals()
    {
        await using (var fleet = await StartAsync("east"))
        {
            fleet["east"].Faults.StopNode("east-1");
        }

        await using var again = await StartAsync("east");
        var east = again["east"];
        east.Faults.IsDown("east-1").Should().BeTrue();
        east.Store.Update(new("", "nodes", null, "east-1"), node =>
        {
            var ready = node["status"]!["conditions"]!.AsArray().Single(c => c!["type"]!.GetValue<string>() == "Ready")!;
            (ready["status"], ready["reason"]) = ("Unknown", "NodeStatusUnknown");
            return node;
        }, status: true);

        east.Faults.Heal();

        await Eventually.Of(
            () => east.Store.Get(new("", "nodes", null, "east-1"))!["status"]!["conditions"]!.AsArray().Single(c => c!["type"]!.GetValue<string>() == "Ready")!["status"]!.GetValue<string>(),
            status => status == "True");
    }

    [Fact]
    public async Task Folder_ThatASecondSimulatorWants_IsRefused()
    {
        await using var fleet = await StartAsync("east");
        await FluentActions.Awaiting(() => StartAsync("west")).Should().ThrowAsync<SimulatorStateException>().WithMessage($"*{_folder}*");
    }

    [Fact]
    public async Task Folder_ThatIsAFile_IsNamed_AndNobodyIsAccused()
    {
        var file = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(file, "");
        var starting = () => SimulatedFleet.StartAsync([], new SimulatedFleetOptions { Folder = file, Keep = true });

        (await starting.Should().ThrowAsync<SimulatorStateException>().WithMessage($"*{file}*cannot be used*")).Which.Message.Should().NotContain("Another simulator");
    }

    [Fact]
    public async Task Disk_ThatTakesNoMoreFiles_CostsNoFault_AndNoOtherClusterItsRest()
    {
        await using var fleet = await StartAsync("east", "west");
        var (east, folder) = (fleet["east"], Path.Combine(_folder, "clusters", "east"));
        Directory.CreateDirectory(Path.Combine(folder, "faults.json.new", "in the way"));
        Directory.CreateDirectory(Path.Combine(folder, "objects.journal.new", "in the way"));
        using var client = SimulatorClient.Find(_folder);

        var breaking = () => client.FaultAsync("east", new FaultRequest { Fault = "unreachable" }, CancellationToken.None);

        (await breaking.Should().ThrowAsync<SimulatorControlException>()).Which.Message.Should().StartWith("east is as you said, but a restart will not remember it: ");
        using (var socket = new System.Net.Sockets.TcpClient())
        {
            FluentActions.Invoking(() => socket.Connect("127.0.0.1", east.Url.Port)).Should().Throw<System.Net.Sockets.SocketException>("the fault holds all the same");
        }

        await client.Awaiting(c => c.FaultAsync("east", new FaultRequest { Fault = "unreachable", ForSeconds = 1 }, CancellationToken.None)).Should().ThrowAsync<SimulatorControlException>();
        await Eventually.Of(() => east.Faults.Unreachable, unreachable => !unreachable);
        var journals = new[] { "east", "west" }.Select(n => new FileInfo(Path.Combine(_folder, "clusters", n, "objects.journal"))).ToList();
        for (var i = 0; i < 300; i++)
        {
            foreach (var name in new[] { "east", "west" })
            {
                fleet[name].Store.Create(Key($"m{i}"), new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["data"] = new JsonObject { ["x"] = new string('x', 3000) } });
                fleet[name].Store.Delete(Key($"m{i}"));
            }
        }

        await Eventually.Of(() => Length(journals[1]), length => length < 300_000);
        Length(journals[0]).Should().BeGreaterThan(900_000);
        Directory.Delete(Path.Combine(folder, "objects.journal.new"), recursive: true);
        await Eventually.Of(() => Length(journals[0]), length => length < 300_000);

        static long Length(FileInfo file)
        {
            file.Refresh();
            return file.Length;
        }
    }

    [Fact]
    public async Task Clusters_ThatNobodyAsksFor_ComeUpToo_AndNewOnesAreAdded()
    {
        await using (await StartAsync("east", "west"))
        {
        }

        await using var fleet = await StartAsync("north", "west");
        fleet.Clusters.Select(c => c.Name).Should().Equal("north", "west", "east");
        Directory.GetFiles(_folder, "*.kubeconfig").Should().HaveCount(3);
    }

    [Theory]
    [InlineData("../away")]
    [InlineData("Großstadt")]
    [InlineData("")]
    public async Task ClusterThatCannotBeAFolder_IsRefused(string name) =>
        await FluentActions.Awaiting(() => StartAsync(name)).Should().ThrowAsync<ArgumentException>().WithMessage("*lower-case*");

    [Fact]
    public async Task Cluster_OfANewerFormat_IsRefusedByName()
    {
        await using (await StartAsync("east"))
        {
        }

        var file = Path.Combine(_folder, "clusters", "east", "cluster.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));
        await FluentActions.Awaiting(() => StartAsync("east")).Should().ThrowAsync<SimulatorStateException>().WithMessage($"{file} has format 2*");
    }

    [Fact]
    public async Task KeptPort_ThatAnotherTook_StopsTheStart_AndNothingIsLost()
    {
        int port;
        await using (var fleet = await StartAsync("east"))
        {
            fleet["east"].Store.Create(Key("one"), Map());
            port = fleet["east"].Url.Port;
        }

        await using (await SimulatedCluster.StartAsync(new() { Name = "squatter", Port = port }))
        {
            await FluentActions.Awaiting(() => StartAsync("east")).Should().ThrowAsync<IOException>().WithMessage($"*{port}*");
        }

        await using var again = await StartAsync("east");
        again["east"].Store.Get(Key("one")).Should().NotBeNull();
        again["east"].Url.Port.Should().Be(port);
    }

    private Task<SimulatedFleet> StartAsync(params string[] names) => SimulatedFleet.StartAsync(
        names.Select(n => new SimulatedClusterOptions { Name = n, Port = PortOf(n), Nodes = 2, PodReadyAfter = TimeSpan.FromMilliseconds(20) }), new SimulatedFleetOptions { Folder = _folder, Keep = true });

    /// <summary>Not one that the system may hand out to somebody else while the fleet is down.</summary>
    private int PortOf(string name)
    {
        if (!_ports.TryGetValue(name, out var port))
        {
            _ports[name] = port = LoopbackPorts.First(1);
        }

        return port;
    }

    private static ObjectKey Key(string name) => new("", "configmaps", "default", name);

    private static JsonObject Map() => new() { ["apiVersion"] = "v1", ["kind"] = "ConfigMap" };

    private static Dictionary<string, string> Show(SimulatedFleet fleet)
    {
        var shown = new Dictionary<string, string>();
        foreach (var cluster in fleet.Clusters)
        {
            shown[$"{cluster.Name}: kubeconfig"] = cluster.Kubeconfig;
            shown[$"{cluster.Name}: revision"] = $"{cluster.Store.Revision}";
            shown[$"{cluster.Name}: faults"] = System.Text.Json.JsonSerializer.Serialize(cluster.Faults.Settings, FaultSettings.Json);
            foreach (var (group, plural) in cluster.Store.Collections())
            {
                foreach (var obj in cluster.Store.List(group, plural))
                {
                    shown[$"{cluster.Name}: {plural}.{group} {obj["metadata"]!["namespace"]}/{obj["metadata"]!["name"]}"] = obj.ToJsonString();
                }
            }
        }

        return shown;
    }
}
