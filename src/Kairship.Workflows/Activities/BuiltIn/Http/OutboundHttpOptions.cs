namespace Kairship.Workflows.Activities.BuiltIn.Http;

/// <summary>What workflows may reach by HTTP, and how much of it they take.</summary>
public sealed record OutboundHttpOptions
{
    /// <summary>Hosts that may be reached ("api.example.com", "*.example.com"). Empty: all that are not denied.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Hosts that may not be reached, whatever is allowed.</summary>
    public IReadOnlyList<string> DeniedHosts { get; init; } = [];

    /// <summary>Lets requests go to link-local addresses and those of cloud metadata services, where credentials of this machine are for the asking.</summary>
    /// <value>false</value>
    public bool AllowMetadataAddresses { get; init; }

    /// <summary>Bytes of a response that are read.</summary>
    /// <value>1 MB, and no more than a snapshot can hold.</value>
    public int MaxResponseBytes { get; init; } = 1024 * 1024;

    /// <summary>How long one request may take, with its response read.</summary>
    /// <value>100 s</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <value>5</value>
    public int MaxRedirects { get; init; } = 5;
}
