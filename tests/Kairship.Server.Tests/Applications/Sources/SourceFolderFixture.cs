using Kairship.Server.Applications.Sources;

namespace Kairship.Server.Tests.Applications.Sources;

/// <summary>A folder of this test, with a folder of programs that stands for PATH.</summary>
internal sealed class SourceFolderFixture : IDisposable
{
    public const string Map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: NAME }\n";
    private readonly DirectoryInfo _top = Directory.CreateTempSubdirectory("kairship-sources-");

    public string Root => Directory.CreateDirectory(Path.Combine(_top.FullName, "root")).FullName;

    public string Outside => Directory.CreateDirectory(Path.Combine(_top.FullName, "outside")).FullName;

    public string Programs => Directory.CreateDirectory(Path.Combine(_top.FullName, "programs")).FullName;

    public string Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    /// <summary>A program of that name on the PATH of the renderer.</summary>
    public void Program(string name, string script)
    {
        var file = Path.Combine(Programs, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    public SourceRenderer Renderer(SourceLimits? limits = null) => new(TimeProvider.System, (limits ?? new SourceLimits()) with { Path = Programs });

    public Task<string> RenderAsync(string path, SourceLimits? limits = null, Func<SourceOrder, SourceOrder>? change = null)
    {
        var order = new SourceOrder(path) { Root = Root };
        return Renderer(limits).RenderAsync(change is null ? order : change(order), TestContext.Current.CancellationToken);
    }

    public void Dispose() => _top.Delete(recursive: true);
}
