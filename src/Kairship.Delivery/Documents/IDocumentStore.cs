namespace Kairship.Delivery.Documents;

/// <summary>Something small that decisions remember: a report, a confirmation, what was recommended before.</summary>
/// <param name="Kind">Whose it is, such as "report"; at most 50 characters.</param>
/// <param name="Key">Which one of its kind; at most 300 characters.</param>
/// <param name="Version">1 at first, one more with every change.</param>
/// <param name="Body">JSON.</param>
public sealed record Document(string Kind, string Key, long Version, DateTimeOffset At, string Body);

/// <summary>Keeps documents for all nodes. Every call is one transaction and durable when it returns. What is big, searched or many times a second has tables of its own.</summary>
public interface IDocumentStore
{
    /// <summary>null: there is none.</summary>
    Task<Document?> FindAsync(string kind, string key, CancellationToken cancellationToken);

    /// <summary>Last written first, then by key.</summary>
    Task<IReadOnlyList<Document>> ListAsync(string kind, int limit, CancellationToken cancellationToken);

    /// <summary>Makes it, or replaces what is as the caller has read it. False: somebody was faster, read again and decide again.</summary>
    /// <param name="version">0: there must be none yet; else the version that is replaced.</param>
    Task<bool> PutAsync(string kind, string key, string body, long version, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>False: it is not there, or is another version by now.</summary>
    Task<bool> DeleteAsync(string kind, string key, long version, CancellationToken cancellationToken);
}
