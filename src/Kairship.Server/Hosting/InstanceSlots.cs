namespace Kairship.Server.Hosting;

/// <summary>How many instances this node runs at once.</summary>
internal sealed class InstanceSlots(int count) : IDisposable
{
    private readonly SemaphoreSlim free = new(count, count);

    public async ValueTask<IDisposable> EnterAsync()
    {
        await free.WaitAsync();
        return new Slot(free);
    }

    public void Dispose() => free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
