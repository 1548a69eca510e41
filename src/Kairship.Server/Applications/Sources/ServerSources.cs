using Kairship.Delivery.Applications;
using Kairship.Delivery.Manifests;
using Kairship.Server.Hosting;

namespace Kairship.Server.Applications.Sources;

/// <summary>Sources on the server's own disk: only below the roots that its operator named.</summary>
internal sealed class ServerSources(ServerOptions options, SourceRenderer renderer)
{
    /// <exception cref="ManifestException">No root has it, or it cannot be rendered.</exception>
    public Task<string> RenderAsync(Application application, SourceSpec source, CancellationToken cancellationToken)
    {
        if (source.Inline is { } inline)
        {
            return Task.FromResult(inline);
        }

        var path = source.Path!;
        if (options.SourceRoots.Count == 0)
        {
            throw new ManifestException($"This server reads no sources of its own disk, so that '{path}' cannot be released from there: start it with --source-root, or send the manifests.");
        }

        if (Path.IsPathRooted(path))
        {
            throw new ManifestException($"'{path}' must be a path below one of the server's source roots, not from '/' on.");
        }

        var root = options.SourceRoots.FirstOrDefault(r => Path.Exists(Path.Combine(r, path)))
            ?? throw new ManifestException($"There is no file or folder '{path}' below the server's source roots.");
        return renderer.RenderAsync(
            new SourceOrder(path)
            {
                Root = root, Recursive = source.Recursive, Values = source.HelmValues, ReleaseName = application.Name, Namespace = application.Namespace,
            },
            cancellationToken);
    }
}
