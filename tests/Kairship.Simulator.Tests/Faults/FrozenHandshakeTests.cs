using System.Net.Sockets;

namespace Kairship.Simulator.Tests.Faults;

/// <summary>By itself: it has to outwait what web servers usually grant a handshake.</summary>
public sealed class FrozenHandshakeTests
{
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Frozen_ConnectionBeforeItsHandshake_IsNotClosed()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatedClusterOptions { Name = "east", Nodes = 1 });
        cluster.Faults.Frozen = true;
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", cluster.Url.Port);

        var end = client.Client.ReceiveAsync(new byte[1]);

        (await Task.WhenAny(end, Task.Delay(UsualTimeout + TimeSpan.FromSeconds(1), TimeProvider.System))).Should().NotBeSameAs(end);
    }
}
