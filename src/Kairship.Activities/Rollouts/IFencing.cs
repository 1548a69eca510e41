namespace Kairship.Activities.Rollouts;

/// <summary>Knows of clusters that cannot be asked whether somebody has made sure that they run nothing.</summary>
public interface IFencing
{
    /// <summary>The cluster is lost, and of this loss it is confirmed: by a person for all, or by the application's hook for it.</summary>
    Task<bool> RunsNothingAsync(string application, string cluster, CancellationToken cancellationToken);
}
