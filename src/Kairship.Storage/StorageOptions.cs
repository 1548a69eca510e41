namespace Kairship.Storage;

/// <summary>Which database. SQLite for one node with nothing to install, PostgreSQL for several nodes.</summary>
public enum StorageProvider
{
    Sqlite,
    PostgreSql,
}

/// <summary>Where everything is kept.</summary>
public sealed record StorageOptions
{
    /// <value>No default: it must be said.</value>
    public required StorageProvider Provider { get; init; }

    /// <summary>An ADO.NET connection string of the provider: <c>Data Source=/data/kairship.db</c>, or
    /// <c>Host=db;Database=kairship;Username=...;Password=...</c>.</summary>
    public required string ConnectionString { get; init; }
}
