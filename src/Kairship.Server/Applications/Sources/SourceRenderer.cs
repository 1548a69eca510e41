using Kairship.Delivery.Manifests;

namespace Kairship.Server.Applications.Sources;

/// <summary>Makes manifests of a place: a file, a folder of files, a kustomization (by kubectl), a Helm chart (by helm).</summary>
public sealed class SourceRenderer(TimeProvider time, SourceLimits? limits = null)
{
    private readonly SourceLimits _limits = limits ?? new SourceLimits();

    /// <summary>The manifests as one text, ready to be parsed.</summary>
    /// <exception cref="ManifestException">There is nothing at the place, or nothing that may be read, or a program refused it; the message says what would be right.</exception>
    public async Task<string> RenderAsync(SourceOrder order, CancellationToken cancellationToken)
    {
        var place = SourceFiles.Resolve(order.Path, order.Root);
        try
        {
            if (File.Exists(place))
            {
                return await new SourceFiles(_limits).ReadAsync(place, cancellationToken);
            }

            if (IsChart(place))
            {
                return await new HelmChart(new ChildProgram(_limits, time), _limits).RenderAsync(place, order, cancellationToken);
            }

            if (Kustomization.IsIn(place))
            {
                return await new Kustomization(new ChildProgram(_limits, time)).BuildAsync(place, order, cancellationToken);
            }

            RefuseChartOptions(order);
            return await new SourceFiles(_limits).ReadFolderAsync(place, order.Recursive, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException($"'{order.Path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>True for the folder of a Helm chart, which wants to know a namespace.</summary>
    public static bool IsChart(string folder) => File.Exists(Path.Combine(folder, "Chart.yaml"));

    private static void RefuseChartOptions(SourceOrder order)
    {
        if (order.Values.Count > 0 || order.Set.Count > 0)
        {
            throw new ManifestException($"'{order.Path}' is no Helm chart (it has no Chart.yaml), so values mean nothing there.");
        }
    }
}
