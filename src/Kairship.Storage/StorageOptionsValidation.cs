namespace Kairship.Storage;

internal static class StorageOptionsValidation
{
    /// <exception cref="ArgumentException">What is wrong, and what would be right.</exception>
    public static void Validate(StorageOptions options)
    {
        if (!Enum.IsDefined(options.Provider))
        {
            throw new ArgumentException(
                $"Storage provider '{options.Provider}' is unknown; use {string.Join(" or ", Enum.GetNames<StorageProvider>())}.", nameof(options));
        }

        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            throw new ArgumentException($"Storage needs a connection string for {options.Provider}; it was empty.", nameof(options));
        }

        if (options.Provider == StorageProvider.Sqlite && options.ConnectionString.Contains(":memory:", StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException("Storage on SQLite needs a file (Data Source=/data/kairship.db), not :memory:.", nameof(options));
        }
    }
}
