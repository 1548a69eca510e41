using System.Threading.Channels;

namespace Kairship.Server.Elsa.Live;

/// <summary>Wakes one who waits; any number of rings before he comes count as one. Ringing never waits.</summary>
internal sealed class Bell
{
    private readonly Channel<bool> rung = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Ring() => rung.Writer.TryWrite(true);

    public async Task WaitAsync(CancellationToken cancellationToken) => await rung.Reader.ReadAsync(cancellationToken);
}
