namespace Kairship.Server.Hosting;

/// <summary>Whether this process takes work: not before everything has started, and no longer once it drains.</summary>
internal sealed class ServerState
{
    private volatile bool started;
    private volatile bool draining;

    public bool Started => started;
    public bool Draining => draining;

    public void MarkStarted() => started = true;
    public void MarkDraining() => draining = true;
}
