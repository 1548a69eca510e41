namespace Kairship.Server.Clusters;

/// <summary>One member cluster: its probes and its watch live on one node.</summary>
internal interface IClusterGrain : IGrainWithStringKey
{
    /// <summary>Starts looking, or makes sure that it does.</summary>
    Task LookAsync();

    /// <summary>The next look is now, where looking has begun.</summary>
    Task LookNowAsync();
}
