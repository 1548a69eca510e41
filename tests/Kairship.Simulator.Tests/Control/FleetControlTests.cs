using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Kairship.Simulator.Control;
using Kairship.Simulator.Faults;

namespace Kairship.Simulator.Tests.Control;

public sealed class FleetControlTests(FleetControlTests.Running running) : IClassFixture<FleetControlTests.Running>
{
    [Fact]
    public async Task Client_BreaksAndHealsOneCluster_WhileItIsUnreachable()
    {
        using var client = SimulatorClient.Find("/nowhere", running.Folder);

        var broken = await client.FaultAsync("east", new FaultRequest { Fault = "unreachable", ForSeconds = 60 }, CancellationToken.None);

        broken.Faults.Should().ContainSingle().Which.Name.Should().Be("unreachable");
        running.Fleet["east"].Faults.Unreachable.Should().BeTrue();
        running.Fleet["west"].Faults.Unreachable.Should().BeFalse();
        await client.FaultAsync("east", new FaultRequest { Fault = "node-down", Node = "east-1" }, CancellationToken.None);
        running.Fleet["east"].Faults.IsDown("east-1").Should().BeTrue();
        (await client.HealAsync("east", "unreachable", CancellationToken.None)).Faults.Select(f => f.Name).Should().Equal("node-down");
        (await client.HealAsync("east", null, CancellationToken.None)).Faults.Should().BeEmpty();
        var listed = await client.ListAsync(CancellationToken.None);
        listed.Select(c => (c.Name, c.Nodes, c.Url)).Should().Equal(("east", 2, running.Fleet["east"].Url), ("west", 1, running.Fleet["west"].Url));
    }

    [Theory]
    [InlineData("north", "slow", null, "No simulated cluster is called \"north\"; there are east, west.")]
    [InlineData("east", "fire", null, "There is no fault \"fire\"*unreachable*")]
    [InlineData("east", "node-down", "east-9", "east has no node \"east-9\"; it has east-0, east-1.")]
    [InlineData("east", "bad-image", null, "bad-image needs the name of an image.")]
    public async Task FaultThatCannotBe_IsRefusedInOneLine(string cluster, string fault, string? node, string says)
    {
        using var client = SimulatorClient.Find(running.Folder);
        var asking = () => client.FaultAsync(cluster, new FaultRequest { Fault = fault, Node = node }, CancellationToken.None);
        (await asking.Should().ThrowAsync<SimulatorControlException>().WithMessage(says)).Which.Message.Should().NotContain("\n");
    }

    [Theory]
    [InlineData("PUT", "east/faults", """{"errorRate":2}""", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "east/faults", """{"unreachabel":true}""", HttpStatusCode.BadRequest)]
    [InlineData("PUT", "east/faults", """{"images":{"a":"Explode"}}""", HttpStatusCode.BadRequest)]
    [InlineData("POST", "east/faults", "unreachable", HttpStatusCode.BadRequest)]
    [InlineData("POST", "east/faults", "null", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", "east/faults/fire", "", HttpStatusCode.BadRequest)]
    [InlineData("DELETE", "east", "", HttpStatusCode.NotFound)]
    [InlineData("GET", "north", "", HttpStatusCode.NotFound)]
    [InlineData("PUT", "east/faults", """{"unreachable":true,"drop":true,"images":{"shop:2":"CrashLoopBackOff"}}""", HttpStatusCode.OK)]
    [InlineData("PUT", "east/faults", "{}", HttpStatusCode.OK)]
    [InlineData("POST", "east/compact", "", HttpStatusCode.OK)]
    public async Task Request_OnTheControl_IsAnsweredSo(string method, string path, string body, HttpStatusCode code)
    {
        using var answer = await SendAsync(method, path, body, ControlFile.Find(running.Folder)!.Token);

        answer.StatusCode.Should().Be(code);
        if (code != HttpStatusCode.OK)
        {
            (await answer.Content.ReadAsStringAsync()).Should().StartWith("""{"error":""");
        }

        running.Fleet["east"].Faults.Heal();
    }

    [Theory]
    [InlineData("guess")]
    [InlineData("")]
    public async Task Request_WithoutTheToken_IsRefused(string token)
    {
        using var answer = await SendAsync("POST", "east/faults", """{"fault":"frozen"}""", token);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        running.Fleet["east"].Faults.Frozen.Should().BeFalse();
    }

    [Fact]
    public void ControlFile_IsItsOwnersOnly()
    {
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(ControlFile.PathIn(running.Folder)).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        ControlFile.Find(running.Folder)!.Address.IsLoopback.Should().BeTrue();
    }

    [Fact]
    public async Task Client_OfNoSimulator_SaysWhereItLooked_AndOfADeadOneWhichProcess()
    {
        var finding = () => SimulatorClient.Find("/nowhere", "/elsewhere");
        finding.Should().Throw<SimulatorControlException>().WithMessage("*/nowhere or /elsewhere*kairship sim up*");

        var folder = Directory.CreateTempSubdirectory("sim-dead").FullName;
        var living = ControlFile.Find(running.Folder)!;
        (living with { Address = new Uri("http://127.0.0.1:1") }).Write(folder);
        using var client = SimulatorClient.Find(folder);
        var asking = () => client.ListAsync(CancellationToken.None);
        await asking.Should().ThrowAsync<SimulatorControlException>().WithMessage($"*{folder}*process {living.ProcessId}*");
        Directory.Delete(folder, recursive: true);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string body, string token)
    {
        using var http = new HttpClient { BaseAddress = ControlFile.Find(running.Folder)!.Address };
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/sim/v1/clusters/{path}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await http.SendAsync(request);
    }

    public sealed class Running : IAsyncLifetime
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("sim-control").FullName;

        public SimulatedFleet Fleet { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Fleet = await SimulatedFleet.StartAsync([new() { Name = "east", Nodes = 2 }, new() { Name = "west", Nodes = 1 }], new SimulatedFleetOptions { Folder = Folder });

        public async ValueTask DisposeAsync()
        {
            await Fleet.DisposeAsync();
            Directory.GetFiles(Folder).Select(Path.GetFileName).Should().BeEquivalentTo(["simulator.lock"], "what is not kept is cleaned up");
            Directory.Delete(Folder, recursive: true);
        }
    }
}
