using System.Net;
using Kairship.EndToEnd.Tests.CommandLine;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.Server.Hosting;

namespace Kairship.EndToEnd.Tests.Serving;

/// <summary>"kairship sim" as a process, broken and healed from others, killed and started again.</summary>
public sealed class SimulatorTests : IDisposable
{
    private readonly TempFolder _folder = new("sim");

    private string State => _folder.Sub("clusters");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Simulator_KilledAndStartedAgain_HasTheSameClusters()
    {
        await using var first = await UpAsync("--clusters", "2", "--nodes", "2", "--node-cpu", "4");
        using (var iowa = new KubeconfigClient(Kubeconfig("gcp-iowa")))
        {
            await iowa.SendAsync(HttpMethod.Post, "/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"kept"},"data":{"a":"1"}}""");
            await iowa.SendAsync(HttpMethod.Patch, "/api/v1/namespaces/default/configmaps/kept", """{"data":{"a":"2"}}""", "application/merge-patch+json");
        }

        var before = await PictureAsync();
        (await SimAsync("fault", "aws-frankfurt", "unreachable")).Ends(0);
        (await SimAsync("fault", "gcp-iowa", "slow", "--delay", "50ms", "--for", "1h")).Ends(0);

        await first.KillAsync();

        (await SimAsync("list")).Refuses(1, "does not answer", $"process {first.Id}");
        await using var second = await UpAsync();
        second.Output.Should().Contain("3 cluster(s) up").And.Contain("2 as they were before");
        var listed = (await SimAsync("list", "-o", "json")).Ends(0).Json.AsArray();
        listed.Select(c => $"{c!["name"]} {string.Join(",", c["faults"]!.AsArray().Select(f => f!["name"]))}")
            .Should().Equal("aws-frankfurt unreachable", "gcp-iowa slow", "onprem-berlin ");
        (await SimAsync("heal", "all")).Ends(0);
        (await PictureAsync()).Should().Equal(before);
        before.Should().Contain(line => line.Contains("\"a\":\"2\"", StringComparison.Ordinal));

        await second.TerminateAsync();
        (await second.ExitAsync(TimeSpan.FromSeconds(20))).Should().Be(0);
        (await SimAsync("list")).Refuses(1, "no simulator runs on", State, "kairship sim up");
    }

    [Fact]
    public async Task Faults_FromAnotherProcess_AreWhatAClientSees_UntilTheyHeal()
    {
        await using var simulator = await UpAsync("--clusters", "2");
        using var iowa = new KubeconfigClient(Kubeconfig("gcp-iowa"));
        (await iowa.SendAsync(HttpMethod.Get, "/readyz")).Should().Be(HttpStatusCode.OK);

        (await SimAsync("fault", "gcp-iowa", "unreachable")).Ends(0).Out.Should().Contain("connections are refused");
        await FluentActions.Awaiting(() => iowa.SendAsync(HttpMethod.Get, "/readyz")).Should().ThrowAsync<HttpRequestException>();
        (await SimAsync("heal", "gcp-iowa", "unreachable")).Ends(0);
        (await SimAsync("fault", "gcp-iowa", "flaky", "--rate", "1", "--kind", "503", "--retry-after", "9", "-o", "json")).Ends(0)
            .Json[0]!["faults"]![0]!["name"]!.GetValue<string>().Should().Be("flaky");
        (await iowa.SendAsync(HttpMethod.Get, "/readyz")).Should().Be(HttpStatusCode.ServiceUnavailable);
        iowa.RetryAfter.Should().Be(TimeSpan.FromSeconds(9));
        (await SimAsync("fault", "gcp-iowa", "flaky", "--rate", "1", "--for", "500ms")).Ends(0);
        await Patience.UntilAsync(async () => (await SimAsync("list", "-o", "json")).Json.AsArray().All(c => c!["faults"]!.AsArray().Count == 0), () => "flaky never healed");
        (await iowa.SendAsync(HttpMethod.Get, "/readyz")).Should().Be(HttpStatusCode.OK);

        (await SimAsync("fault", "nowhere", "frozen")).Refuses(1, "\"nowhere\"", "aws-frankfurt, gcp-iowa");
        (await SimAsync("fault", "gcp-iowa", "node-down", "--node", "x")).Refuses(1, "gcp-iowa-0");
    }

    [Fact]
    public async Task Simulator_WithoutState_SaysWhereItsFilesAre_AndTakesThemAway()
    {
        var home = new Dictionary<string, string> { ["XDG_DATA_HOME"] = _folder.Sub("home") };
        await using var simulator = KairshipProcess.Start(_folder.Sub("sim.log"), home, "sim", "up", "--clusters", "1", "--until-input-closes");
        await ReadyAsync(simulator);
        var folder = _folder.Sub("home", "kairship", "sim");
        simulator.Output.Should().Contain("in memory only").And.Contain(Path.Combine(folder, "aws-frankfurt.kubeconfig"));
        (await new CommandRunner(_folder).RunAsync("sim", "list")).Ends(0).Out.Should().Contain("aws-frankfurt");

        await simulator.TerminateAsync();
        (await simulator.ExitAsync(TimeSpan.FromSeconds(20))).Should().Be(0);

        Directory.GetFiles(folder).Select(Path.GetFileName).Should().Equal("simulator.lock");
    }

    [Fact]
    public async Task Server_KilledAndStartedAgain_FindsItsSimulatedClustersAsTheyWere()
    {
        var data = _folder.Sub("data");
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}");
        string[] serve = ["serve", "--simulate", "1", "--data", data, "--urls", address.AbsoluteUri.TrimEnd('/'), "--quiet", "--until-input-closes"];
        await using var first = await ServingAsync(serve);
        var kubeconfig = Path.Combine(data, "simulated", "aws-frankfurt.kubeconfig");
        using (var cluster = new KubeconfigClient(kubeconfig))
        {
            await cluster.SendAsync(HttpMethod.Post, "/api/v1/namespaces", """{"metadata":{"name":"kept"}}""");
        }

        (await new CommandRunner(_folder).RunAsync("sim", "fault", "aws-frankfurt", "full", "--state", data)).Ends(0);
        await first.KillAsync();

        await using var second = await ServingAsync(serve);

        using var again = new KubeconfigClient(kubeconfig);
        (await again.SendAsync(HttpMethod.Get, "/api/v1/namespaces/kept")).Should().Be(HttpStatusCode.OK);
        (await new CommandRunner(_folder).RunAsync("sim", "list", "--state", data)).Ends(0).Out.Should().Contain("no node takes a pod");
        var key = (await File.ReadAllTextAsync(Path.Combine(data, "admin.key"))).Trim();
        (await new CommandRunner(_folder, address, key).RunAsync("cluster", "list")).Ends(0).Out.Should().Contain("aws-frankfurt");
    }

    private async Task<KairshipProcess> ServingAsync(string[] serve)
    {
        var server = KairshipProcess.Start(_folder.Sub("server.log"), serve);
        await Patience.UntilAsync(
            () => Task.FromResult(server.HasExited || server.Output.Contains("kairship serves", StringComparison.Ordinal)), () => server.Output);
        server.HasExited.Should().BeFalse(server.Output);
        return server;
    }

    private async Task<KairshipProcess> UpAsync(params string[] options)
    {
        var simulator = KairshipProcess.Start(_folder.Sub("sim.log"), ["sim", "up", "--state", State, "--until-input-closes", .. options]);
        await ReadyAsync(simulator);
        return simulator;
    }

    private static async Task ReadyAsync(KairshipProcess simulator)
    {
        await Patience.UntilAsync(() => Task.FromResult(simulator.HasExited || simulator.Output.Contains("Ctrl+C", StringComparison.Ordinal)), () => simulator.Output);
        simulator.HasExited.Should().BeFalse(simulator.Output);
    }

    private Task<CommandResult> SimAsync(params string[] arguments) => new CommandRunner(_folder).RunAsync(["sim", .. arguments, "--state", State]);

    private string Kubeconfig(string cluster) => Path.Combine(State, $"{cluster}.kubeconfig");

    /// <summary>The kubeconfigs, and every object with its resourceVersion, as a client reads them.</summary>
    private async Task<List<string>> PictureAsync()
    {
        List<string> picture = [];
        foreach (var cluster in (string[])["aws-frankfurt", "gcp-iowa"])
        {
            picture.Add(await File.ReadAllTextAsync(Kubeconfig(cluster)));
            using var client = new KubeconfigClient(Kubeconfig(cluster));
            foreach (var plural in (string[])["nodes", "namespaces", "configmaps", "serviceaccounts"])
            {
                var list = await client.GetAsync($"/api/v1/{plural}");
                list["metadata"]!["resourceVersion"]!.GetValue<string>().Should().NotBeEmpty();
                picture.AddRange(list["items"]!.AsArray().Select(i => i!.ToJsonString()));
            }
        }

        return picture;
    }
}
