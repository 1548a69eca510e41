namespace Kairship.EndToEnd.Tests.Processes;

/// <summary>A folder of its own for one test class, removed at the end unless something failed in it.</summary>
internal sealed class TempFolder : IDisposable
{
    public TempFolder(string purpose)
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"kairship-e2e-{purpose}-{Guid.NewGuid():n}"[..(20 + purpose.Length)]);
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>Keeps the folder for a look at what went wrong.</summary>
    public bool Keep { get; set; }

    public string Sub(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    public string Write(string name, string text)
    {
        var file = Sub(name);
        File.WriteAllText(file, text);
        return file;
    }

    public void Dispose()
    {
        if (Keep)
        {
            return;
        }

        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A process that is just ending may still write into it; the system's own cleaning takes it then.
        }
    }
}
