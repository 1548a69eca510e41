using Kairship.Workflows.Runtime;

namespace Kairship.Server.Hosting;

/// <inheritdoc cref="IInstanceGrain"/>
internal sealed partial class InstanceGrain(WorkflowRuntime runtime, InstanceSlots slots, ILogger<InstanceGrain> logger) : Grain, IInstanceGrain
{
    private const int Idle = 0;
    private const int Running = 1;
    private const int Again = 2;
    private int state;

    public Task NudgeAsync()
    {
        if (Interlocked.CompareExchange(ref state, Running, Idle) == Idle)
        {
            // Off the activation's scheduler: the engine awaits much, and the activation must take the next nudge meanwhile.
            var id = this.GetPrimaryKeyString();
            _ = Task.Run(() => RunAsync(id), CancellationToken.None);
        }
        else
        {
            Interlocked.CompareExchange(ref state, Again, Running);
        }

        return Task.CompletedTask;
    }

    private async Task RunAsync(string id)
    {
        do
        {
            // A nudge from here on is seen by the engine, or by the next round.
            Interlocked.Exchange(ref state, Running);
            try
            {
                using var slot = await slots.EnterAsync();
                await runtime.RunAsync(id, CancellationToken.None);
            }
            catch (Exception e)
            {
                Failed(e, id);
            }
        }
        while (Interlocked.CompareExchange(ref state, Idle, Running) != Running);
    }

    [LoggerMessage(LogLevel.Error, "Running instance {Instance} failed; the sweep finds it again")]
    private partial void Failed(Exception exception, string instance);
}
