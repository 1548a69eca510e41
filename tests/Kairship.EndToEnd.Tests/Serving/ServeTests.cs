using Kairship.EndToEnd.Tests.CommandLine;
using Kairship.EndToEnd.Tests.Processes;
using Kairship.Server.Hosting;

namespace Kairship.EndToEnd.Tests.Serving;

/// <summary>"kairship serve" as a process among others.</summary>
public sealed class ServeTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new("serve");
    private readonly KairshipServerProcess _server;

    public ServeTests() => _server = new KairshipServerProcess(_folder);

    [Fact]
    public async Task SecondServer_OnTheSameFolder_SaysSoInOneLine_AndTheFirstGoesOn()
    {
        await _server.StartAsync();

        var second = await new CommandRunner(_folder).RunAsync("serve", "--data", _server.Data, "--urls", $"http://127.0.0.1:{FreePorts.Take(1)[0]}", "--quiet");

        second.Refuses(3, "Another server runs on the data folder", _server.Data).Out.Should().BeEmpty();
        using var client = _server.Connect();
        (await client.IsReadyAsync()).Should().BeTrue();
        (await client.ListWorkflowsAsync()).Total.Should().BeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public async Task ServerOnATakenPort_SaysSoInOneLine()
    {
        await _server.StartAsync();

        var second = await new CommandRunner(_folder).RunAsync("serve", "--data", _folder.Sub("other"), "--urls", _server.Address.AbsoluteUri.TrimEnd('/'), "--quiet");

        second.Refuses(1, "address already in use", _server.Address.Port.ToString());
    }

    [Fact]
    public async Task ServerWithSimulatedClusters_HasThemJoined_AndStopsOnSigterm()
    {
        var address = new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}");
        await using var server = KairshipProcess.Start(
            _folder.Sub("simulating.log"), "serve", "--simulate", "2", "--data", _server.Data, "--urls", address.AbsoluteUri.TrimEnd('/'), "--quiet", "--until-input-closes");
        await Patience.UntilAsync(() => Task.FromResult(server.HasExited || server.Output.Contains("kairship serves", StringComparison.Ordinal)), () => server.Output);

        var listed = await new CommandRunner(_folder, address, _server.AdminKey).RunAsync("cluster", "list");

        listed.Ends(0).Out.Should().ContainAll("aws-frankfurt", "gcp-iowa");
        await server.TerminateAsync();
        (await server.ExitAsync(TimeSpan.FromSeconds(20))).Should().Be(0);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }
}
