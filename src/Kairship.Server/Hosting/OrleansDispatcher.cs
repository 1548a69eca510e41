using Kairship.Workflows.Runtime;

namespace Kairship.Server.Hosting;

/// <summary>Sends instances that have work to their grain. A nudge that is lost is found by the sweep.</summary>
internal sealed partial class OrleansDispatcher(IServiceProvider services, ServerOptions options, ILogger<OrleansDispatcher> logger) : IInstanceDispatcher
{
    /// <summary>A single node is where every grain is.</summary>
    public bool RunsWhereCreated => options.Database is null;

    public void Dispatch(string instanceId) => _ = NudgeAsync(instanceId);

    private async Task NudgeAsync(string instanceId)
    {
        try
        {
            await services.GetRequiredService<IGrainFactory>().GetGrain<IInstanceGrain>(instanceId).NudgeAsync();
        }
        catch (Exception e)
        {
            NotNudged(e, instanceId);
        }
    }

    [LoggerMessage(LogLevel.Debug, "Instance {Instance} was not nudged; the sweep finds it")]
    private partial void NotNudged(Exception exception, string instance);
}
