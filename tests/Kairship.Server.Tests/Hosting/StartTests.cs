using System.Net;
using Kairship.Server.Hosting;

namespace Kairship.Server.Tests.Hosting;

public sealed class StartTests
{
    [Fact]
    public async Task SecondServer_OnTheSameFolder_IsRefused_AndAfterTheFirstStopsItStarts()
    {
        await using var first = new RunningServer();
        await first.InitializeAsync();

        var refused = FluentActions.Invoking(() => KairshipServer.Build(first.Options())).Should().Throw<ServerStartException>().Which;
        refused.ExitCode.Should().Be(3);
        refused.Message.Should().Contain(first.Data).And.NotContain("\n");

        await first.StopAsync();
        await first.StartAsync();
        (await first.Admin.IsReadyAsync()).Should().BeTrue();
    }

    [Theory]
    [InlineData("Urls", "ftp://127.0.0.1:1")]
    [InlineData("Urls", "")]
    [InlineData("NodeName", "no name")]
    [InlineData("Database", "somewhere")]
    [InlineData("Workflows", "/no/such/folder")]
    [InlineData("ShutdownTimeout", "0")]
    public void WrongSetting_StopsTheStart_WithItsNameAndWhatIsAllowed(string name, string value)
    {
        var good = new ServerOptions { DataDirectory = Path.Combine(Path.GetTempPath(), $"kairship-unused-{Guid.NewGuid():N}") };
        var options = name switch
        {
            "Urls" => good with { Urls = value },
            "NodeName" => good with { NodeName = value },
            "Database" => good with { Database = value },
            "Workflows" => good with { Workflows = value },
            _ => good with { ShutdownTimeout = TimeSpan.Zero },
        };

        var refused = FluentActions.Invoking(() => KairshipServer.Build(options)).Should().Throw<ServerStartException>().Which;

        refused.Message.Should().Contain(name).And.Contain("must be");
        refused.ExitCode.Should().Be(2);
        Directory.Exists(good.DataDirectory).Should().BeFalse("nothing is made before the settings are known to be right");
    }

    [Fact]
    public async Task State_SurvivesARestart()
    {
        await using var server = new RunningServer();
        await server.InitializeAsync();
        var token = server.AdminToken;
        await server.Admin.ApplyApplicationAsync(SampleApplications.Yaml("kept"));
        var release = await server.Admin.StartReleaseAsync("kept", new(SampleApplications.Manifests(), Revision: "v1"));

        await server.StopAsync();
        await server.StartAsync();

        server.AdminToken.Should().Be(token, "the first key is made once");
        var detail = await server.Admin.GetReleaseAsync(release.Id);
        detail.Release.IsOver.Should().BeFalse();
        (await server.Admin.ListWorkflowsAsync()).Items.Should().OnlyContain(w => w.Version == 1, "unchanged files make no versions");
    }

    [Fact]
    public async Task Draining_SaysNotReady()
    {
        await using var server = new RunningServer();
        await server.InitializeAsync();
        using var http = server.Http(null);
        ((ServerState)server.Services.GetService(typeof(ServerState))!).MarkDraining();

        using var response = await http.GetAsync("/readyz");

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
    }
}
