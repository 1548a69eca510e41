using Orleans.Concurrency;

namespace Kairship.Server.Hosting;

/// <summary>One workflow instance: its activation is where it runs, as long as the cluster agrees on where that is. The epoch at commit is what is relied on.</summary>
internal interface IInstanceGrain : IGrainWithStringKey
{
    /// <summary>There may be work. Returns at once; the work is the grain's own.</summary>
    [OneWay]
    Task NudgeAsync();
}
