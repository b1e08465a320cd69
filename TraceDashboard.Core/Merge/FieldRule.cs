namespace TraceDashboard.Core.Merge;

/// <summary>
/// How one field is merged. Each rule is commutative, associative and idempotent, so that updates may arrive in any order,
/// in any split, and more than once. It takes all of them at once, because one after another many would cost quadratically.
/// </summary>
/// <typeparam name="T">The kind of update that has the field.</typeparam>
internal abstract class FieldRule<T>
    where T : VersionedUpdate
{
    /// <summary>Joins the values of those sources that set the field into the target's; returns the version of what the target has then.</summary>
    public abstract UpdateVersion Join(T target, ReadOnlySpan<T> sources, int field);
}
