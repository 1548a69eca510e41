namespace Kairship.Server.Applications.Sources;

/// <summary>A place with manifests, and how they are made of it.</summary>
/// <param name="Path">A file, or a folder: of a kustomization, of a Helm chart, or of *.yaml, *.yml and *.json files.</param>
public sealed record SourceOrder(string Path)
{
    /// <summary>The folder that nothing may lie outside of; null: the source's own, and wherever a kustomization of this machine's user points to.</summary>
    public string? Root { get; init; }

    /// <summary>Folders inside of a folder of files count too.</summary>
    public bool Recursive { get; init; }

    /// <summary>For charts: files of values, later ones over earlier ones. Relative ones are inside of the chart where there is a <see cref="Root"/>.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>For charts: single values, "image.tag" to "v2".</summary>
    public IReadOnlyDictionary<string, string> Set { get; init; } = new Dictionary<string, string>();

    /// <summary>For charts: the name of the release.</summary>
    public string ReleaseName { get; init; } = "release";

    /// <summary>For charts: the namespace that they are told.</summary>
    public string? Namespace { get; init; }

    /// <summary>Lets a kustomization fetch bases and files from elsewhere.</summary>
    public bool AllowRemote { get; init; }
}

/// <summary>Bounds of sources.</summary>
public sealed record SourceLimits
{
    /// <value>4 MB for all files of a source, and for what a program prints.</value>
    public int MaxBytes { get; init; } = 4 * 1024 * 1024;

    /// <value>2,000 files.</value>
    public int MaxFiles { get; init; } = 2_000;

    /// <summary>How long kubectl or helm may take.</summary>
    /// <value>60 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Folders to look for programs in, divided like the environment variable PATH.</summary>
    /// <value>PATH as it is.</value>
    public string? Path { get; init; } = Environment.GetEnvironmentVariable("PATH");
}
